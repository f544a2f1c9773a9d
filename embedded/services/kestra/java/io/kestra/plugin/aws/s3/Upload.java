package io.kestra.plugin.aws.s3;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;

/** Uploads one file of the internal storage, or several. */
@Plugin
@Getter
public class Upload extends S3Task {
    @NotNull
    public Property<Object> from;
    @NotNull
    public Property<String> bucket;
    @NotNull
    public Property<String> key;
    public Property<String> requestPayer;
    public Property<Map<String, String>> metadata;
    public Property<String> cacheControl;
    public Property<String> contentType;
    public Property<String> contentEncoding;
    public Property<String> contentDisposition;
    public Property<String> contentLanguage;
    public Property<Long> contentLength;
    public Property<String> expires;
    public Property<String> acl;
    public Property<StorageClass> storageClass;
    public Property<ServerSideEncryption> serverSideEncryption;
    public Property<Boolean> bucketKeyEnabled;
    public Property<ChecksumAlgorithm> checksumAlgorithm;
    public Property<String> checksum;
    public Property<String> expectedBucketOwner;
    public Property<ObjectLockMode> objectLockMode;
    public Property<ObjectLockLegalHoldStatus> objectLockLegalHoldStatus;
    public Property<String> objectLockRetainUntilDate;
    public Property<Map<String, String>> tagging;
    public Property<Integer> concurrentUploads = Property.ofValue(50);

    @Builder
    public Upload() {
    }

    /** Where S3 keeps an object; names as in Amazon's SDK. */
    public enum StorageClass {
        STANDARD, REDUCED_REDUNDANCY, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER, DEEP_ARCHIVE, OUTPOSTS,
        GLACIER_IR, SNOW, EXPRESS_ONEZONE, FSX_OPENZFS
    }

    /** What S3 verifies a transfer by; names as in Amazon's SDK. */
    public enum ChecksumAlgorithm {
        CRC32, CRC32_C, SHA1, SHA256, CRC64_NVME
    }

    /** Who may still delete a locked object. */
    public enum ObjectLockMode {
        GOVERNANCE, COMPLIANCE
    }

    /** Whether an object is locked without an end. */
    public enum ObjectLockLegalHoldStatus {
        ON, OFF
    }
}
