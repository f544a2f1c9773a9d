package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Downloads one object, or those that a prefix, a delimiter or a regular expression choose. */
@Plugin
@Getter
public class Download extends S3Task {
    @NotNull
    public Property<String> bucket;
    public Property<String> requestPayer;
    public Property<String> key;
    public Property<String> versionId;
    public Property<String> prefix;
    public Property<String> delimiter;
    public Property<String> marker;
    public Property<Integer> maxKeys = Property.ofValue(1000);
    public Property<String> regexp;
    public Property<Integer> maxFiles = Property.ofValue(25);
    public Property<String> expectedBucketOwner;
    public Property<Boolean> validateChecksum = Property.ofValue(false);

    @Builder
    public Download() {
    }
}
