package io.kestra.plugin.aws.s3;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.PropertyGroup;
import lombok.Getter;

/** Where an object is copied to. */
@Getter
public class CopyTarget implements PropertyGroup {
    public Property<String> bucket;
    public Property<String> key;
    public Property<ServerSideEncryption> serverSideEncryption;
    public Property<String> kmsKeyId;
}
