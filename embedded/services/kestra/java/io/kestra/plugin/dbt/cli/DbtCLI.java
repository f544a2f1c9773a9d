package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.storages.kv.KVStore;
import io.kestra.core.storages.kv.KVValueAndMetadata;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import lombok.Builder;
import lombok.Getter;

/** Runs dbt commands; each model, seed and test of the last one becomes a task run of its own. */
@Plugin
@Getter
public class DbtCLI extends DbtTask {
    /** The format of dbt's log; NONE leaves it to dbt. */
    public enum LogFormat {
        JSON, TEXT, DEBUG, NONE
    }

    /** Which dbt. */
    public enum Engine {
        CORE, FUSION
    }

    @NotNull
    public Property<List<String>> commands;
    public KvStoreManifest storeManifest;
    public KvStoreManifest loadManifest;
    public Property<LogFormat> logFormat = Property.ofValue(LogFormat.JSON);
    public Property<Engine> engine = Property.ofValue(Engine.CORE);

    @Builder
    public DbtCLI() {
    }

    @Override
    protected Map<String, Object> requirements(RunContext runContext) throws Exception {
        return Map.of("engine", runContext.render(engine).as(Engine.class).orElse(Engine.CORE).name());
    }

    @Override
    protected Property<List<String>> commandLines(RunContext runContext, CommandsWrapper wrapper) throws Exception {
        Optional<String> project = project(runContext);
        LogFormat format = runContext.render(logFormat).as(LogFormat.class).orElse(LogFormat.JSON);
        return Property.ofValue(runContext.render(commands).asList(String.class).stream()
            .map(command -> withOptions(command, project, format))
            .toList());
    }

    private static String withOptions(String command, Optional<String> project, LogFormat format) {
        if (!command.startsWith("dbt")) {
            return command;
        }
        var options = new LinkedHashMap<String, String>();
        project.ifPresent(folder -> options.put("--project-dir", folder));
        if (format != LogFormat.NONE) {
            options.put("--log-format", format.name().toLowerCase(Locale.ROOT));
        }
        options.put("--log-path", "logs");
        var line = new StringBuilder(command);
        options.forEach((name, value) -> {
            if (!command.contains(name)) {
                line.append(' ').append(name).append(' ').append(value);
            }
        });
        return line.toString();
    }

    /** Writes the profiles and the manifest of an earlier run. */
    @Override
    protected void prepare(RunContext runContext, Path folder, Path target) throws Exception {
        String text = runContext.render(profiles).as(String.class).orElse("");
        if (!text.isEmpty()) {
            Files.writeString(folder.resolve("profiles.yml"), text);
        }
        if (loadManifest != null) {
            var kept = store(runContext, loadManifest).getValue(key(runContext, loadManifest));
            if (kept.isEmpty() || kept.get().value() == null) {
                runContext.logger().warn("`loadManifest`: there is no manifest in the KV store yet.");
                return;
            }
            Object value = kept.get().value();
            Files.createDirectories(target);
            Files.writeString(
                target.resolve(MANIFEST),
                value instanceof String json ? json : JacksonMapper.ofJson().writeValueAsString(value));
        }
    }

    @Override
    protected void keepManifest(RunContext runContext, Path manifest) throws Exception {
        if (storeManifest != null) {
            Object content = JacksonMapper.toObject(Files.readString(manifest));
            store(runContext, storeManifest).put(key(runContext, storeManifest), new KVValueAndMetadata(null, content));
        }
    }

    private static KVStore store(RunContext runContext, KvStoreManifest place) throws Exception {
        return runContext.namespaceKv(runContext.render(place.namespace).as(String.class).orElseThrow());
    }

    private static String key(RunContext runContext, KvStoreManifest place) throws Exception {
        return runContext.render(place.key).as(String.class).orElseThrow();
    }

    // The engine checks the plug-in defaults of a flow by the getters of a type.
    public Property<List<String>> getCommands() {
        return commands;
    }

    public KvStoreManifest getStoreManifest() {
        return storeManifest;
    }

    public KvStoreManifest getLoadManifest() {
        return loadManifest;
    }

    public Property<LogFormat> getLogFormat() {
        return logFormat;
    }

    public Property<Engine> getEngine() {
        return engine;
    }
}
