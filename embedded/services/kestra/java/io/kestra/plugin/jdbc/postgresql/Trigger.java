package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.SqlTrigger;
import lombok.Builder;
import lombok.Getter;

/** Starts an execution when a query returns rows. */
@Plugin
@Getter
public class Trigger extends SqlTrigger {
    public Property<Boolean> ssl = Property.ofValue(false);
    public Property<SslMode> sslMode;
    public Property<String> sslRootCert;
    public Property<String> sslCert;
    public Property<String> sslKey;
    public Property<String> sslKeyPassword;

    @Builder
    public Trigger() {
    }

    @Override
    protected Database database() {
        return new Postgres();
    }
}
