package io.kestra.plugin.gcp.gcs;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.plugin.gcp.GcpTask;
import lombok.Builder;
import lombok.Getter;

/** Uploads a file of the internal storage. */
@Plugin
@Getter
public class Upload extends GcpTask {
    public Property<String> from;
    public Property<String> to;
    public Property<String> contentType;
    public Property<String> contentEncoding;
    public Property<String> contentDisposition;
    public Property<String> cacheControl;
    public Property<Boolean> validateChecksum = Property.ofValue(true);
    public Property<String> expectedMd5;
    public Property<String> expectedCrc32c;

    @Builder
    public Upload() {
    }
}
