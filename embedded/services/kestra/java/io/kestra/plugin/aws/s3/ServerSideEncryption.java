package io.kestra.plugin.aws.s3;

/** How the store encrypts an object. */
public enum ServerSideEncryption {
    AES256, AWS_KMS, NONE
}
