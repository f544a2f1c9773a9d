package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import lombok.Builder;
import lombok.Getter;

/** Lists the objects of a bucket. */
@Plugin
@Getter
public class List extends S3ListTask {
    public Property<Integer> maxFiles = Property.ofValue(25);

    @Builder
    public List() {
    }
}
