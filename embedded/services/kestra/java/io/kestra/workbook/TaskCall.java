package io.kestra.workbook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.executions.metrics.Timer;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** One run of a task: its rendered properties, and the parts of the run context that a Python body may use. */
public final class TaskCall {
    private static final ObjectMapper KEEPS_NULLS =
        JacksonMapper.ofJson().copy().setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS);
    private static final TypeReference<Map<String, Object>> ENVELOPE = new TypeReference<>() {
    };

    private final String type;
    private final String properties;
    private final RunContext runContext;
    private final TriggerRun trigger;
    private final CancellableWork work = new CancellableWork();

    public TaskCall(String type, Map<String, Object> properties, RunContext runContext) throws IOException {
        this(type, properties, runContext, null);
    }

    TaskCall(String type, Map<String, Object> properties, RunContext runContext, TriggerRun trigger) throws IOException {
        this.type = type;
        this.properties = KEEPS_NULLS.writeValueAsString(properties);
        this.runContext = runContext;
        this.trigger = trigger;
    }

    public String type() {
        return type;
    }

    /** The rendered properties as a JSON object. */
    public String properties() {
        return properties;
    }

    /** The evaluation that this call is part of; null for a task. */
    public TriggerRun trigger() {
        return trigger;
    }

    /** Renders an expression with further variables, given as a JSON object. */
    public String render(String expression, String variables) throws Exception {
        return runContext.render(expression, JacksonMapper.ofJson().readValue(variables, ENVELOPE));
    }

    public String workingDirectory() {
        return runContext.workingDir().path().toString();
    }

    public String temporaryFile(String suffix) throws IOException {
        return runContext.workingDir().createTempFile(suffix).toString();
    }

    /** Opens a file of the internal storage for reading. */
    public ReadableByteChannel open(String uri) throws IOException {
        return Channels.newChannel(stream(uri));
    }

    /** The bytes of a file of the internal storage. */
    public long size(String uri) throws IOException {
        return runContext.storage().getAttributes(URI.create(uri)).getSize();
    }

    public RowReader openRows(String uri, int chunk) throws IOException {
        return new RowReader(stream(uri), chunk);
    }

    public RowWriter createRows(String columns) throws IOException {
        return new RowWriter(runContext.workingDir().createTempFile(".ion"), columns);
    }

    /** Moves a local file into the internal storage and returns its address there. */
    public String store(String file, String name) throws IOException {
        var local = Path.of(file).toFile();
        return (name == null ? runContext.storage().putFile(local) : runContext.storage().putFile(local, name)).toString();
    }

    public void log(String level, String message) {
        runContext.logger().atLevel(org.slf4j.event.Level.valueOf(level)).log("{}", message);
    }

    public void count(String name, double value, String[] tags) {
        runContext.metric(Counter.of(name, value, tags));
    }

    public void time(String name, double seconds, String[] tags) {
        runContext.metric(Timer.of(name, Duration.ofNanos((long) (seconds * 1e9)), tags));
    }

    /** Has an action run when the execution is killed, times out or the worker stops; at once if that has happened. */
    public void onCancel(Runnable action) {
        work.onCancel(action);
    }

    public boolean isCancelled() {
        return work.isCancelled();
    }

    void cancel() {
        work.cancel();
    }

    /** Runs the Python body. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> execute() throws Exception {
        String json = work.run(() -> TaskBody.Installed.instance.run(this));
        Map<String, Object> envelope = JacksonMapper.ofJson().readValue(json, ENVELOPE);
        if (envelope.get("error") != null) {
            throw new TaskFailure(envelope.get("error").toString());
        }
        return (Map<String, Object>) Rows.resolve(envelope.get("outputs"));
    }

    private InputStream stream(String uri) throws IOException {
        return runContext.storage().getFile(URI.create(uri));
    }
}
