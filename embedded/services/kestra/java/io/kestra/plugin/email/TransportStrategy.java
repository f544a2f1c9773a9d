package io.kestra.plugin.email;

/** How a server is reached: plainly, over TLS from the start, by STARTTLS, or by STARTTLS with a token. */
public enum TransportStrategy {
    SMTP, SMTPS, SMTP_TLS, SMTP_OAUTH2
}
