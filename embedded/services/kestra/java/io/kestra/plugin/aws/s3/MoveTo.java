package io.kestra.plugin.aws.s3;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.PropertyGroup;
import jakarta.validation.constraints.NotNull;
import lombok.Getter;

/** Where objects are moved to. The key is a folder, or an expression, which is rendered for each object. */
@Getter
public class MoveTo implements PropertyGroup {
    public Property<String> bucket;
    @NotNull
    public String key;
    public Property<ServerSideEncryption> serverSideEncryption;
    public Property<String> kmsKeyId;
}
