package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;

/** Copies an object, and removes the source if asked to. */
@Plugin
public class Copy extends S3Task {
    @NotNull
    @Valid
    public CopySource from;
    @Valid
    public CopyTarget to;
    public Property<Boolean> delete = Property.ofValue(false);
}
