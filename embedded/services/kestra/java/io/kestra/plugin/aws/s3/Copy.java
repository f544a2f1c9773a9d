package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Copies an object, and removes the source if asked to. */
@Plugin
@Getter
public class Copy extends S3Task {
    public CopySource from;
    public CopyTarget to;
    public Property<Boolean> delete = Property.ofValue(false);

    @Builder
    public Copy() {
    }
}
