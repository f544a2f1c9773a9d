package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Deletes an object. */
@Plugin
@Getter
public class Delete extends S3Task {
    @NotNull
    public Property<String> bucket;
    @NotNull
    public Property<String> key;
    public Property<Boolean> bypassGovernanceRetention;
    public Property<String> mfa;
    public Property<String> requestPayer;

    @Builder
    public Delete() {
    }
}
