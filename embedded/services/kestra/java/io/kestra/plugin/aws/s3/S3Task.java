package io.kestra.plugin.aws.s3;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;
import java.time.Duration;
import lombok.Getter;

/** Connection properties of the S3 tasks. */
@Getter
public abstract class S3Task extends BridgedTask {
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
}
