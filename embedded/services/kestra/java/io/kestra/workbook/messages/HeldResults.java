package io.kestra.workbook.messages;

import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.executions.Variables;
import io.kestra.core.queues.QueueException;
import io.kestra.core.runners.LocalWorkingDir;
import io.kestra.core.runners.WorkerJob;
import io.kestra.core.runners.WorkerTask;
import io.kestra.core.runners.WorkerTaskResult;
import io.kestra.core.runners.WorkingDir;
import io.kestra.core.runners.WorkingDirFactory;
import io.kestra.plugin.core.flow.WorkingDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds back how a task in a {@code WorkingDirectory} ended until the worker goes on: to the next task, or, after the last
 * one, to the end of the directory. The worker sends the last result before it stores the directory's output files, and
 * the executor looks for these once, when it gets that result.
 */
final class HeldResults {
    private static final Logger LOG = LoggerFactory.getLogger(HeldResults.class);

    /** The task runs of the directories that the worker has in hand. */
    private final Set<String> directories = ConcurrentHashMap.newKeySet();
    /** The result that this thread of the worker has not sent yet. */
    private final ThreadLocal<Held> held = new ThreadLocal<>();

    /** How a result is sent. */
    @FunctionalInterface
    interface Sender {
        void send(WorkerTaskResult result) throws QueueException;
    }

    private record Held(WorkerTaskResult result, Sender sender) {
    }

    /** The worker gets a job. */
    void begin(WorkerJob job) {
        if (job instanceof WorkerTask task && task.getTask() instanceof WorkingDirectory) {
            directories.add(task.getTaskRun().getId());
        }
    }

    /** Send a result after the one that is held, or hold it. */
    void send(WorkerTaskResult result, Sender sender) throws QueueException {
        release();
        TaskRun run = result.getTaskRun();
        directories.remove(run.getId());
        if (isHeld(run)) {
            held.set(new Held(result, sender));
        } else {
            sender.send(result);
        }
    }

    private boolean isHeld(TaskRun run) {
        String directory = run.getParentTaskRunId();
        return directory != null && directories.contains(directory) && run.getState().isTerminated();
    }

    private void release() {
        Held last = held.get();
        if (last == null) {
            return;
        }
        held.remove();
        try {
            last.sender().send(last.result());
        } catch (QueueException problem) {
            sendWithoutOutputs(last, problem);
        }
    }

    /** As the worker does where a result cannot be stored. */
    private static void sendWithoutOutputs(Held last, QueueException reason) {
        LOG.error("A task's result cannot be stored; it fails without its outputs", reason);
        try {
            last.sender().send(new WorkerTaskResult(last.result().getTaskRun().fail().withOutputs(Variables.empty())));
        } catch (QueueException again) {
            LOG.error("A task's failure cannot be stored", again);
        }
    }

    private void end() {
        Held last = held.get();
        release();
        if (last != null) {
            directories.remove(last.result().getTaskRun().getParentTaskRunId());
        }
    }

    /**
     * Makes folders of tasks, whose end is that of a {@code WorkingDirectory}.
     *
     * @param parent the folder in which they are
     */
    WorkingDirFactory folders(Supplier<String> parent) {
        return new WorkingDirFactory() {
            @Override
            public WorkingDir createWorkingDirectory() {
                return new LocalWorkingDir(Path.of(parent.get())) {
                    @Override
                    public void cleanup() throws IOException {
                        end();
                        super.cleanup();
                    }
                };
            }
        };
    }
}
