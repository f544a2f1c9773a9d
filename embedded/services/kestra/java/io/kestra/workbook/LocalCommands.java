package io.kestra.workbook;

import com.fasterxml.jackson.core.type.TypeReference;
import io.kestra.core.models.tasks.runners.TaskRunner;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.FileUtils;

/** The commands of a task as local processes: the Python body sets their environment, and this ends what runs. */
public final class LocalCommands {
    private static final TypeReference<Map<String, String>> ENVIRONMENT = new TypeReference<>() {
    };
    private static final TypeReference<List<String>> COMMAND = new TypeReference<>() {
    };

    private volatile TaskCall call;
    private volatile LocalProcess process;
    private volatile Path temporary;

    /** The runner for a task of this type; the requirements are the properties of its Python body. */
    public TaskRunner<?> runner(String type, Map<String, Object> requirements, RunContext runContext) throws Exception {
        call = new TaskCall(type, requirements, runContext);
        Map<String, Object> options = call.execute();
        temporary = options.get("temporary") instanceof String folder ? Path.of(folder) : null;
        process = new LocalProcess(
            JacksonMapper.ofJson().convertValue(options.get("environment"), ENVIRONMENT),
            JacksonMapper.ofJson().convertValue(options.get("wrapper"), COMMAND),
            (String) options.get("advice"));
        return process;
    }

    /** Removes what the Python body made for this run alone. */
    public void close() {
        if (temporary != null) {
            FileUtils.deleteQuietly(temporary.toFile());
        }
    }

    public void kill() {
        if (call != null) {
            call.cancel();
        }
        if (process != null) {
            process.kill();
        }
    }
}
