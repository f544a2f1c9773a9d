package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.triggers.StatefulTriggerInterface.On;
import io.kestra.workbook.BridgedTrigger;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Starts an execution for objects that are new in a bucket, or were changed. */
@Plugin
@Getter
public class Trigger extends BridgedTrigger {
    public Property<String> projectId;
    public Property<String> serviceAccount;
    public Property<String> impersonatedServiceAccount;
    public Property<java.util.List<String>> scopes =
        Property.ofValue(java.util.List.of("https://www.googleapis.com/auth/cloud-platform"));
    @NotNull
    public Property<String> from;
    @NotNull
    public Property<Action> action = Property.ofValue(Action.NONE);
    public Property<String> moveDirectory;
    public Property<ListingType> listingType = Property.ofValue(ListingType.DIRECTORY);
    public Property<String> regExp;
    public Property<On> on = Property.ofValue(On.CREATE_OR_UPDATE);
    public Property<String> stateKey;
    public Property<Duration> stateTtl;
    public Property<Integer> maxFiles = Property.ofValue(25);

    @Builder
    public Trigger() {
    }

    @Override
    protected boolean isFound(Map<String, Object> outputs) {
        return outputs.get("blobs") instanceof Collection<?> blobs && !blobs.isEmpty();
    }
}
