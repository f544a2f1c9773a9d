package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import lombok.Builder;
import lombok.Getter;

/** Downloads the objects of a listing, and moves or deletes them if asked to. */
@Plugin
@Getter
public class Downloads extends ListTask {
    @NotNull
    public Property<Action> action = Property.ofValue(Action.NONE);
    public Property<String> moveDirectory;
    public Property<Integer> maxFiles = Property.ofValue(25);
    public Property<Boolean> validateChecksum = Property.ofValue(false);

    @Builder
    public Downloads() {
    }
}
