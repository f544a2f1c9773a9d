package io.kestra.plugin.jdbc.postgresql;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.common.FetchType;
import io.kestra.workbook.BridgedTrigger;
import jakarta.validation.constraints.NotNull;
import java.util.Map;

/** Starts an execution when a query returns rows. */
@Plugin
public class Trigger extends BridgedTrigger {
    public Property<String> url;
    public Property<String> username;
    public Property<String> password;
    public Property<Boolean> ssl = Property.ofValue(false);
    public Property<SslMode> sslMode;
    public Property<String> sslRootCert;
    public Property<String> sslCert;
    public Property<String> sslKey;
    public Property<String> sslKeyPassword;
    public Property<String> timeZoneId;
    public Property<Boolean> connectionPooling = Property.ofValue(true);
    public Property<Integer> connectionPoolSize = Property.ofValue(10);
    @NotNull
    public Property<String> sql;
    public Property<String> afterSQL;
    public Property<Map<String, Object>> parameters;
    public Property<FetchType> fetchType = Property.ofValue(FetchType.FETCH);
    public Property<Integer> fetchSize = Property.ofValue(10000);
    /** Older names of the fetch types. */
    public boolean fetch;
    public boolean fetchOne;
    public boolean store;

    @Override
    protected boolean isFound(Map<String, Object> outputs) {
        return outputs.get("size") instanceof Number size && size.longValue() > 0;
    }
}
