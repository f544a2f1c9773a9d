package io.kestra.plugin.dbt.cli;

import io.kestra.core.models.flows.State;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTaskException;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.scripts.models.ScriptOutput;
import io.kestra.plugin.scripts.exec.scripts.runners.CommandsWrapper;
import io.kestra.workbook.LocalScript;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import lombok.Getter;

/** A task that runs dbt; each model, seed and test of its last command becomes a task run of its own. */
@Getter
public abstract class DbtTask extends LocalScript {
    static final String MANIFEST = "manifest.json";
    private static final String RUN_RESULTS = "run_results.json";

    public Property<String> profiles;
    public Property<String> projectDir;
    public Property<Boolean> parseRunResults = Property.ofValue(true);
    public Property<String> containerImage = Property.ofValue("ghcr.io/kestra-io/dbt");

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    /** Puts into the task's folder what dbt reads there. */
    protected abstract void prepare(RunContext runContext, Path folder, Path target) throws Exception;

    /** Keeps dbt's description of the project where the task asks for it. */
    protected void keepManifest(RunContext runContext, Path manifest) throws Exception {
    }

    /** Whether the command leaves a manifest and results. */
    protected boolean hasResults() {
        return true;
    }

    @Override
    public ScriptOutput run(RunContext runContext) throws Exception {
        var log = new DbtLog(runContext);
        CommandsWrapper wrapper = wrapper(runContext).withLogConsumer(log);
        Path folder = wrapper.getWorkingDirectory();
        Path target = folder.resolve(project(runContext).orElse(".")).resolve("target").normalize();
        prepare(runContext, folder, target);
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

    /** The project's folder, if it is not the task's own. */
    protected Optional<String> project(RunContext runContext) throws Exception {
        return runContext.render(projectDir).as(String.class);
    }

    /** Keeps the manifest and the results; returns their addresses. */
    private Map<String, URI> collect(RunContext runContext, Path target, FileTime earlier) throws Exception {
        var kept = new LinkedHashMap<String, URI>();
        Path manifest = target.resolve(MANIFEST);
        if (hasResults() && Files.exists(manifest)) {
            keepManifest(runContext, manifest);
            kept.put(MANIFEST, runContext.storage().putFile(copy(runContext, manifest)));
        }
        Path results = target.resolve(RUN_RESULTS);
        boolean wanted = hasResults() && runContext.render(parseRunResults).as(Boolean.class).orElse(true);
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

    private static Output output(ScriptOutput done, Map<String, URI> kept, DbtLog log) {
        var files = new LinkedHashMap<>(done.getOutputFiles());
        files.putAll(kept);
        return new Output(done, files, log.warned());
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
