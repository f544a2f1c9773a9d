package io.kestra.workbook.git;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import io.kestra.workbook.InterruptibleTask;
import java.util.Map;
import lombok.Getter;

/** How a task reaches a git repository. */
@Getter
public abstract class GitTask<O extends Output> extends InterruptibleTask<O> {
    public Property<String> url;
    public Property<String> username;
    public Property<String> password;
    public Property<String> privateKey;
    public Property<String> passphrase;
    public Property<String> trustedCaPemPath;
    public Property<Boolean> noProxy;
    public Property<Integer> connectTimeout = Property.ofValue(10_000);
    public Property<Integer> readTimeout = Property.ofValue(60_000);
    public Property<Map<String, Object>> gitConfig;
}
