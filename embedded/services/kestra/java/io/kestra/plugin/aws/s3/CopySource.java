package io.kestra.plugin.aws.s3;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.PropertyGroup;
import jakarta.validation.constraints.NotNull;
import lombok.Getter;

/** Which object is copied. */
@Getter
public class CopySource implements PropertyGroup {
    @NotNull
    public Property<String> bucket;
    @NotNull
    public Property<String> key;
    public Property<String> versionId;
}
