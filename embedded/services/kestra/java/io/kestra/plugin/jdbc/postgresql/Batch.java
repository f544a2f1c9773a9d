package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.workbook.jdbc.JdbcBatch;
import lombok.Builder;
import lombok.Getter;

/** Inserts the rows of an ION file. */
@Plugin
@Getter
public class Batch extends JdbcBatch {
    public Property<Boolean> ssl = Property.ofValue(false);
    public Property<SslMode> sslMode;
    public Property<String> sslRootCert;
    public Property<String> sslCert;
    public Property<String> sslKey;
    public Property<String> sslKeyPassword;

    @Builder
    public Batch() {
    }
}
