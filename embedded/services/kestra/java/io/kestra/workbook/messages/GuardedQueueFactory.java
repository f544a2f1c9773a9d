package io.kestra.workbook.messages;

import io.kestra.core.queues.QueueInterface;
import io.kestra.core.queues.WorkerJobQueueInterface;
import io.kestra.core.runners.WorkerTriggerResult;
import io.kestra.runner.h2.H2QueueFactory;
import io.micronaut.context.ApplicationContext;

/** Makes the engine's queues, each with a {@link MessageGuard}. Takes the place of the engine's own factory. */
final class GuardedQueueFactory extends H2QueueFactory {
    private final EngineGuard guard;

    GuardedQueueFactory(ApplicationContext context, EngineGuard guard) {
        this.applicationContext = context;
        this.guard = guard;
    }

    @Override
    protected <T> QueueInterface<T> queue(Class<T> type) {
        return new GuardedQueue<>(type, applicationContext, guard);
    }

    @Override
    protected WorkerJobQueueInterface workerJobQueue() {
        return new GuardedWorkerJobQueue(applicationContext, guard);
    }

    @Override
    protected QueueInterface<WorkerTriggerResult> workerTriggerResultQueue() {
        return new GuardedTriggerResultQueue(applicationContext, guard);
    }
}
