package io.kestra.workbook;

import io.kestra.core.models.tasks.runners.AbstractLogConsumer;
import io.kestra.core.models.tasks.runners.TaskCommands;
import io.kestra.core.models.tasks.runners.TaskException;
import io.kestra.core.models.tasks.runners.TaskRunnerDetailResult;
import io.kestra.core.models.tasks.runners.TaskRunnerResult;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.core.runner.Process;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the commands of a script task as a local process, whichever task runner the flow asks for. Unlike the engine's
 * own runner it passes on a chosen environment only, and ends all processes of the command (see process_group.py).
 */
final class LocalProcess extends Process {
    private static final long STOP_SECONDS = 10;

    private final Map<String, String> environment;
    private final List<String> wrapper;
    private final String advice;
    private volatile java.lang.Process process;

    /**
     * @param environment the variables that a script gets besides its own `env`.
     * @param wrapper the command in front.
     * @param advice what the log says if the commands fail; null for nothing.
     */
    LocalProcess(Map<String, String> environment, List<String> wrapper, String advice) {
        this.type = Process.class.getName();
        this.environment = environment;
        this.wrapper = wrapper;
        this.advice = advice;
    }

    @Override
    public TaskRunnerResult<TaskRunnerDetailResult> run(
        RunContext runContext, TaskCommands commands, List<String> filesToDownload) throws Exception {
        AbstractLogConsumer log = commands.getLogConsumer();
        int exitCode = execute(start(runContext, commands), log);
        if (getIsKilled().get()) {
            KillMark.await();
        }
        if (exitCode != 0) {
            if (advice != null) {
                runContext.logger().error("{}", advice);
            }
            throw new TaskException(exitCode, log);
        }
        return new TaskRunnerResult<>(exitCode, log);
    }

    @Override
    public void kill() {
        super.kill();
        if (process != null) {
            release(process);
        }
    }

    private java.lang.Process start(RunContext runContext, TaskCommands commands) throws Exception {
        var builder = new java.lang.ProcessBuilder(new ArrayList<>(wrapper)).directory(commands.getWorkingDirectory().toFile());
        builder.command().addAll(runContext.render(commands.getCommands()).asList(String.class));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().putAll(env(runContext, commands));
        checkKilled();
        process = builder.start();
        runContext.logger().debug("Started process {}", process.pid());
        return process;
    }

    private int execute(java.lang.Process started, AbstractLogConsumer log) throws InterruptedException {
        Thread output = pump(started.getInputStream(), log, false);
        Thread errors = pump(started.getErrorStream(), log, true);
        try {
            return started.waitFor();
        } catch (InterruptedException interrupted) {
            stop(started);
            throw interrupted;
        } finally {
            output.join();
            errors.join();
        }
    }

    private static void stop(java.lang.Process started) {
        release(started);
        try {
            if (!started.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                started.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            started.destroyForcibly();
        }
    }

    /** The wrapper ends the command's processes when its input ends. */
    private static void release(java.lang.Process started) {
        try {
            started.getOutputStream().close();
        } catch (IOException gone) {
            started.destroy();
        }
    }

    private static Thread pump(InputStream stream, AbstractLogConsumer log, boolean isError) {
        return Thread.ofVirtual().start(() -> {
            try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    log.accept(line, isError, Instant.now());
                }
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        });
    }
}
