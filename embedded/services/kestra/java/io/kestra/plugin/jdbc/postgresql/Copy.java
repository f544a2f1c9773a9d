package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import lombok.Getter;

/** Properties of the COPY tasks. */
@Getter
public abstract class Copy extends BridgedTask {
    /** The data formats of COPY. */
    public enum Format {
        TEXT, CSV, BINARY
    }

    @NotNull
    public Property<String> url;
    public Property<String> username;
    public Property<String> password;
    public Property<Boolean> ssl = Property.ofValue(false);
    public Property<SslMode> sslMode;
    public Property<String> sslRootCert;
    public Property<String> sslCert;
    public Property<String> sslKey;
    public Property<String> sslKeyPassword;
    public Property<String> table;
    public Property<List<String>> columns;
    public Property<Format> format = Property.ofValue(Format.TEXT);
    public Property<Boolean> oids;
    public Property<Boolean> freeze;
    public Property<Character> delimiter;
    public Property<String> nullString;
    public Property<Boolean> header;
    public Property<Character> quote;
    public Property<Character> escape;
    public Property<List<String>> forceQuote;
    public Property<List<String>> forceNotNull;
    public Property<List<String>> forceNull;
    public Property<String> encoding;
    public Property<Integer> socketTimeout;
}
