package io.kestra.plugin.jdbc.postgresql;

/** How far the connection's encryption goes. */
public enum SslMode {
    DISABLE, ALLOW, PREFER, REQUIRE, VERIFY_CA, VERIFY_FULL
}
