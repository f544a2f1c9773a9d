package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.workbook.jdbc.Database;
import io.kestra.workbook.jdbc.JdbcQuery;
import lombok.Builder;
import lombok.Getter;

/** Runs one SQL statement on PostgreSQL. */
@Plugin
@Getter
public class Query extends JdbcQuery {
    public Property<Boolean> ssl = Property.ofValue(false);
    public Property<SslMode> sslMode;
    public Property<String> sslRootCert;
    public Property<String> sslCert;
    public Property<String> sslKey;
    public Property<String> sslKeyPassword;

    @Builder
    public Query() {
    }

    @Override
    protected Database database() {
        return new Postgres();
    }
}
