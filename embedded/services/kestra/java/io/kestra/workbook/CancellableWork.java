package io.kestra.workbook;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Work of a task that ends early when the execution is killed, the task times out or the worker stops. */
public final class CancellableWork {
    private static final long CANCEL_GRACE_SECONDS = 10;

    private final List<Runnable> cancelActions = new ArrayList<>();
    private boolean cancelled;

    /** Has an action run when the work is to end; at once if that has happened. */
    public void onCancel(Runnable action) {
        synchronized (cancelActions) {
            if (!cancelled) {
                cancelActions.add(action);
                return;
            }
        }
        action.run();
    }

    public boolean isCancelled() {
        synchronized (cancelActions) {
            return cancelled;
        }
    }

    public void cancel() {
        List<Runnable> actions;
        synchronized (cancelActions) {
            cancelled = true;
            actions = List.copyOf(cancelActions);
            cancelActions.clear();
        }
        actions.forEach(Runnable::run);
    }

    /**
     * Does the work. It gets a thread of its own because neither Python nor a database's driver notices a Java
     * interrupt: this thread does, and has the work cancelled.
     */
    public <T> T run(Callable<T> work) throws Exception {
        var answer = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().name("task-body").start(() -> {
            try {
                answer.complete(work.call());
            } catch (Throwable problem) {
                answer.completeExceptionally(problem);
            }
        });
        boolean interrupted = false;
        try {
            return await(answer);
        } catch (InterruptedException stop) {
            interrupted = true;
            throw stop;
        } finally {
            if (!interrupted && isCancelled()) {
                KillMark.await();
            }
        }
    }

    private <T> T await(CompletableFuture<T> answer) throws Exception {
        try {
            return answer.get();
        } catch (InterruptedException interrupted) {
            cancel();
            try {
                answer.get(CANCEL_GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException ignored) {
                // The task has been given up; what its body still says is of no interest.
            }
            throw interrupted;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }
}
