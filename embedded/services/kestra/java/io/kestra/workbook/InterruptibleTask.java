package io.kestra.workbook;

import io.kestra.core.models.tasks.Output;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.runners.RunContext;
import java.util.Map;

/** A task that works in Java, and is interrupted when the execution is killed, the task times out or the worker stops. */
public abstract class InterruptibleTask<O extends Output> extends Task implements RunnableTask<O> {
    private transient volatile CancellableWork work;

    /** Does the task's work; it may end by any exception when its thread is interrupted. */
    protected abstract O work(RunContext runContext, Values values) throws Exception;

    @Override
    public O run(RunContext runContext) throws Exception {
        var values = new Values(Properties.render(this, runContext, Map.of()));
        var current = new CancellableWork();
        work = current;
        return current.run(() -> {
            current.onCancel(Thread.currentThread()::interrupt);
            return work(runContext, values);
        });
    }

    @Override
    public void kill() {
        if (work != null) {
            work.cancel();
        }
    }

    /** To be called in each round of a loop that does not wait for anything. */
    public static void checkInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("The task was cancelled.");
        }
    }
}
