package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import io.kestra.plugin.gcp.IfExists;
import jakarta.validation.constraints.NotNull;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Makes a bucket, or changes one that is there. */
@Plugin
@Getter
public class CreateBucket extends GcpTask {
    @NotNull
    public Property<String> name;
    public Property<IfExists> ifExists = Property.ofValue(IfExists.ERROR);
    public Property<String> location;
    public Property<StorageClass> storageClass;
    public Property<Map<String, String>> labels;
    public Property<Boolean> requesterPays;
    public Property<Boolean> versioningEnabled;
    public Property<String> indexPage;
    public Property<String> notFoundPage;
    public Property<String> defaultKmsKeyName;
    public Property<Boolean> defaultEventBasedHold;
    public Property<Long> retentionPeriod;

    @Builder
    public CreateBucket() {
    }
}
