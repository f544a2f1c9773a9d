package io.kestra.plugin.aws.s3;

import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Getter;

/** Properties of the tasks that list a bucket. */
@Getter
public abstract class S3ListTask extends S3Task {
    @NotNull
    public Property<String> bucket;
    public Property<String> requestPayer;
    public Property<String> prefix;
    public Property<String> delimiter;
    public Property<String> marker;
    public Property<String> encodingType;
    public Property<Integer> maxKeys = Property.ofValue(1000);
    public Property<String> expectedBucketOwner;
    public Property<String> regexp;
    public Property<Filter> filter = Property.ofValue(Filter.BOTH);
}
