package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;

/** Lists the objects of a bucket. */
@Plugin
public class List extends S3ListTask {
    public Property<Integer> maxFiles = Property.ofValue(25);
}
