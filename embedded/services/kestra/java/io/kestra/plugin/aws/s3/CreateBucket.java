package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Makes a bucket. */
@Plugin
@Getter
public class CreateBucket extends S3Task {
    @NotNull
    public Property<String> bucket;
    public Property<String> grantFullControl;
    public Property<String> grantRead;
    public Property<String> grantReadACP;
    public Property<String> grantWrite;
    public Property<String> grantWriteACP;
    public Property<String> acl;
    public Property<Boolean> objectLockEnabledForBucket;

    @Builder
    public CreateBucket() {
    }
}
