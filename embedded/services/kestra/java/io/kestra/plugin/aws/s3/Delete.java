package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;

/** Deletes an object. */
@Plugin
public class Delete extends S3Task {
    @NotNull
    public Property<String> bucket;
    @NotNull
    public Property<String> key;
    public Property<Boolean> bypassGovernanceRetention;
    public Property<String> mfa;
    public Property<String> requestPayer;
}
