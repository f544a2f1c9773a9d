package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Downloads the objects of a listing, and moves or deletes them if asked to. */
@Plugin
@Getter
public class Downloads extends S3ListTask {
    public Property<Integer> maxFiles = Property.ofValue(25);
    @NotNull
    public Property<Action> action;
    @Valid
    public MoveTo moveTo;
    public Property<Boolean> validateChecksum = Property.ofValue(false);

    @Builder
    public Downloads() {
    }
}
