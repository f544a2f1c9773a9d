package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.BridgedTask;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import lombok.Getter;

/** Properties of a task that writes the rows of an ION file with one parameterized statement. */
@Getter
public abstract class JdbcBatch extends BridgedTask {
    /** Where the input is read from: the embedded storage is local, so each of them streams. */
    public enum InputHandling {
        AUTO, STREAM, LOCAL
    }

    /** Which failures are tried again. */
    public enum RetryScope {
        NONE, INPUT, ALL
    }

    @NotNull
    public Property<String> url;
    public Property<String> username;
    public Property<String> password;
    public Property<String> timeZoneId;
    public Property<Boolean> connectionPooling = Property.ofValue(true);
    public Property<Integer> connectionPoolSize = Property.ofValue(10);
    @NotNull
    public Property<String> from;
    public Property<String> sql;
    public Property<Integer> chunk = Property.ofValue(1000);
    public Property<List<String>> columns;
    public Property<String> table;
    public Property<Integer> maxRetries = Property.ofValue(3);
    public Property<Duration> retryBackoff = Property.ofValue(Duration.ofSeconds(1));
    public Property<InputHandling> inputHandling = Property.ofValue(InputHandling.AUTO);
    public Property<Long> localBufferMaxBytes = Property.ofValue(100L * 1024L * 1024L);
    public Property<Boolean> resumeOnRetry = Property.ofValue(true);
    public Property<RetryScope> retryScope = Property.ofValue(RetryScope.INPUT);
}
