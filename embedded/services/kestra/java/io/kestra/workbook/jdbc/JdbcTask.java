package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;

/** Connection properties of the JDBC tasks. */
public abstract class JdbcTask extends BridgedTask {
    public Property<String> url;
    public Property<String> username;
    public Property<String> password;
    public Property<String> timeZoneId;
    public Property<Boolean> connectionPooling = Property.ofValue(true);
    public Property<Integer> connectionPoolSize = Property.ofValue(10);
}
