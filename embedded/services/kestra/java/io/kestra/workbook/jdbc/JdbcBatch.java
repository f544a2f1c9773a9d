package io.kestra.workbook.jdbc;

import io.kestra.core.models.property.Property;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;

/** Properties of a task that writes the rows of an ION file with one parameterized statement. */
public abstract class JdbcBatch extends JdbcTask {
    /** Where the input is read from: the embedded storage is local, so each of them streams. */
    public enum InputHandling {
        AUTO, STREAM, LOCAL
    }

    /** Which failures are tried again. */
    public enum RetryScope {
        NONE, INPUT, ALL
    }

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
