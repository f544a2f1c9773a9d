package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.triggers.StatefulTriggerInterface.On;
import io.kestra.workbook.BridgedTrigger;
import jakarta.validation.Valid;
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
    public Property<String> accessKeyId;
    public Property<String> secretKeyId;
    public Property<String> sessionToken;
    public Property<String> region;
    public Property<String> endpointOverride;
    public Property<Boolean> compatibilityMode = Property.ofValue(false);
    public Property<Boolean> forcePathStyle = Property.ofValue(false);
    public Property<String> stsRoleArn;
    public Property<String> stsRoleExternalId;
    public Property<String> stsRoleSessionName;
    public Property<String> stsEndpointOverride;
    public Property<Duration> stsRoleSessionDuration = Property.ofValue(Duration.ofMinutes(15));
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
    public Property<Integer> maxFiles = Property.ofValue(25);
    @NotNull
    public Property<Action> action;
    @Valid
    public MoveTo moveTo;
    public Property<On> on = Property.ofValue(On.CREATE_OR_UPDATE);
    public Property<String> stateKey;
    public Property<Duration> stateTtl;

    @Builder
    public Trigger() {
    }

    @Override
    protected boolean isFound(Map<String, Object> outputs) {
        return outputs.get("objects") instanceof Collection<?> objects && !objects.isEmpty();
    }
}
