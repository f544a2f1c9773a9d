package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTaskException;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.storages.kv.KVStore;
import io.kestra.core.storages.kv.KVValueAndMetadata;
import io.kestra.plugin.scripts.exec.scripts.models.ScriptOutput;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import io.kestra.workbook.LocalScript;
import jakarta.validation.constraints.NotNull;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
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
public class DbtCLI extends LocalScript {
    /** The format of dbt's log; NONE leaves it to dbt. */
    public enum LogFormat {
        JSON, TEXT, DEBUG, NONE
    }

    /** Which dbt. */
    public enum Engine {
        CORE, FUSION
    }

    private static final String MANIFEST = "manifest.json";
    private static final String RUN_RESULTS = "run_results.json";

    @NotNull
    public Property<List<String>> commands;
    public Property<String> profiles;
    public Property<String> projectDir;
    public Property<Boolean> parseRunResults = Property.ofValue(true);
    public KvStoreManifest storeManifest;
    public KvStoreManifest loadManifest;
    public Property<LogFormat> logFormat = Property.ofValue(LogFormat.JSON);
    public Property<Engine> engine = Property.ofValue(Engine.CORE);
    public Property<String> containerImage = Property.ofValue("ghcr.io/kestra-io/dbt");

    @Builder
    public DbtCLI() {
    }

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    @Override
    protected Map<String, Object> requirements(RunContext runContext) throws Exception {
        return Map.of("engine", runContext.render(engine).as(Engine.class).orElse(Engine.CORE).name());
    }

    @Override
    public ScriptOutput run(RunContext runContext) throws Exception {
        var log = new DbtLog(runContext);
        CommandsWrapper wrapper = wrapper(runContext).withLogConsumer(log);
        Path target = wrapper.getWorkingDirectory().resolve(project(runContext).orElse(".")).resolve("target").normalize();
        prepare(runContext, wrapper.getWorkingDirectory(), target);
        // In a working directory that tasks share, an earlier task's results must not be taken for this one's.
        FileTime earlier = changed(target.resolve(RUN_RESULTS));
        try {
            ScriptOutput done = wrapper.withCommands(commandLines(runContext, wrapper)).run();
            return output(done, collect(runContext, target, earlier), log);
        } catch (RunnableTaskException failed) {
            if (failed.getOutput() instanceof ScriptOutput done) {
                throw new RunnableTaskException(
                    failed.getMessage(), output(done, collect(runContext, target, earlier), log));
            }
            throw failed;
        }
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

    private Optional<String> project(RunContext runContext) throws Exception {
        return runContext.render(projectDir).as(String.class);
    }

    /** Writes the profiles and the manifest of an earlier run. */
    private void prepare(RunContext runContext, Path folder, Path target) throws Exception {
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

    /** Keeps the manifest and the results; returns their addresses. */
    private Map<String, URI> collect(RunContext runContext, Path target, FileTime earlier) throws Exception {
        var kept = new LinkedHashMap<String, URI>();
        Path manifest = target.resolve(MANIFEST);
        if (Files.exists(manifest)) {
            if (storeManifest != null) {
                Object content = JacksonMapper.toObject(Files.readString(manifest));
                store(runContext, storeManifest)
                    .put(key(runContext, storeManifest), new KVValueAndMetadata(null, content));
            }
            kept.put(MANIFEST, runContext.storage().putFile(copy(runContext, manifest)));
        }
        Path results = target.resolve(RUN_RESULTS);
        boolean wanted = runContext.render(parseRunResults).as(Boolean.class).orElse(true);
        if (wanted && Files.exists(results) && !changed(results).equals(earlier)) {
            RunResults.emit(runContext, results);
            kept.put(RUN_RESULTS, runContext.storage().putFile(copy(runContext, results)));
        }
        return kept;
    }

    /** Storing a file takes it away, and a later task of the same working directory may need it. */
    private static File copy(RunContext runContext, Path file) throws IOException {
        Path folder = Files.createDirectories(runContext.workingDir().path().resolve(".kept"));
        return Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING)
            .toFile();
    }

    private static FileTime changed(Path file) throws IOException {
        return Files.exists(file) ? Files.getLastModifiedTime(file) : null;
    }

    private static KVStore store(RunContext runContext, KvStoreManifest place) throws Exception {
        return runContext.namespaceKv(runContext.render(place.namespace).as(String.class).orElseThrow());
    }

    private static String key(RunContext runContext, KvStoreManifest place) throws Exception {
        return runContext.render(place.key).as(String.class).orElseThrow();
    }

    private static Output output(ScriptOutput done, Map<String, URI> kept, DbtLog log) {
        var files = new LinkedHashMap<>(done.getOutputFiles());
        files.putAll(kept);
        return new Output(done, files, log.warned());
    }

    // The engine checks the plug-in defaults of a flow by the getters of a type.
    public Property<List<String>> getCommands() {
        return commands;
    }

    public Property<String> getProfiles() {
        return profiles;
    }

    public Property<String> getProjectDir() {
        return projectDir;
    }

    public Property<Boolean> getParseRunResults() {
        return parseRunResults;
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

    /** The outputs of a script, and a state of WARNING when dbt warned. */
    public static final class Output extends ScriptOutput {
        private final transient boolean warned;

        Output(ScriptOutput done, Map<String, URI> files, boolean warned) {
            super(ScriptOutput.builder()
                .vars(done.getVars())
                .exitCode(done.getExitCode())
                .outputFiles(files)
                .stdOutLineCount(done.getStdOutLineCount())
                .stdErrLineCount(done.getStdErrLineCount())
                .taskRunner(done.getTaskRunner()));
            this.warned = warned;
        }

        @Override
        public Optional<State.Type> finalState() {
            return warned ? Optional.of(State.Type.WARNING) : Optional.empty();
        }
    }
}
