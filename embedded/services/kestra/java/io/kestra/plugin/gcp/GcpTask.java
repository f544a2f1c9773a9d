package io.kestra.plugin.gcp;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;
import java.util.List;
import lombok.Getter;

/** Connection properties of the Google Cloud tasks. */
@Getter
public abstract class GcpTask extends BridgedTask {
    public Property<String> projectId;
    public Property<String> serviceAccount;
    public Property<String> impersonatedServiceAccount;
    public Property<List<String>> scopes = Property.ofValue(List.of("https://www.googleapis.com/auth/cloud-platform"));
}
