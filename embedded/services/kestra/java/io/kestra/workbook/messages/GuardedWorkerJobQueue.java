package io.kestra.workbook.messages;

import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.runners.WorkerJob;
import io.kestra.core.utils.Either;
import io.kestra.runner.h2.H2WorkerJobQueue;
import io.micronaut.context.ApplicationContext;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;

/** The queue of the worker's jobs behind a {@link MessageGuard}. */
final class GuardedWorkerJobQueue extends H2WorkerJobQueue {
    private final EngineGuard engine;
    private final MessageGuard<WorkerJob> guard;

    GuardedWorkerJobQueue(ApplicationContext context, EngineGuard engine) {
        super(context);
        this.engine = engine;
        guard = new MessageGuard<>(WorkerJob.class, engine);
    }

    @Override
    protected Result<Record> receiveFetch(DSLContext database, String consumerGroup, String reader, boolean forUpdate) {
        return guard.limit(reader, super.receiveFetch(database, consumerGroup, reader, forUpdate));
    }

    @Override
    protected List<Either<WorkerJob, DeserializationException>> map(Result<Record> rows) {
        List<Either<WorkerJob, DeserializationException>> jobs = guard.remember(rows, super::map);
        jobs.stream().filter(Either::isLeft).forEach(job -> engine.heldResults().begin(job.getLeft()));
        return jobs;
    }

    @Override
    public Runnable receiveImpl(
        String consumerGroup,
        Class<?> reader,
        BiConsumer<DSLContext, List<Either<WorkerJob, DeserializationException>>> consumer,
        Boolean inTransaction,
        boolean forUpdate) {
        var guarded = guard.around(queueName(reader), consumer);
        return super.receiveImpl(consumerGroup, reader, guarded, inTransaction, forUpdate);
    }

    @Override
    protected Runnable poll(Supplier<Integer> once) {
        return super.poll(guard.aroundPoll(once));
    }
}
