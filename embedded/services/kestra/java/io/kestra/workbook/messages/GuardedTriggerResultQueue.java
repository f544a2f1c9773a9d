package io.kestra.workbook.messages;

import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.queues.QueueException;
import io.kestra.core.runners.WorkerTriggerResult;
import io.kestra.core.utils.Either;
import io.kestra.runner.h2.H2WorkerTriggerResultQueue;
import io.micronaut.context.ApplicationContext;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;

/** The queue of the worker's answers about triggers behind a {@link MessageGuard}. */
final class GuardedTriggerResultQueue extends H2WorkerTriggerResultQueue {
    private final MessageGuard<WorkerTriggerResult> guard;

    GuardedTriggerResultQueue(ApplicationContext context, EngineGuard engine) {
        super(context);
        guard = new MessageGuard<>(WorkerTriggerResult.class, engine);
    }

    @Override
    public void emit(String consumerGroup, WorkerTriggerResult result) throws QueueException {
        super.emit(consumerGroup, result);
        guard.keep(result);
    }

    @Override
    protected Result<Record> receiveFetch(DSLContext database, String consumerGroup, String reader, boolean forUpdate) {
        return guard.limit(reader, super.receiveFetch(database, consumerGroup, reader, forUpdate));
    }

    @Override
    protected List<Either<WorkerTriggerResult, DeserializationException>> map(Result<Record> rows) {
        return guard.remember(rows, super::map);
    }

    @Override
    public Runnable receiveImpl(
        String consumerGroup,
        Class<?> reader,
        BiConsumer<DSLContext, List<Either<WorkerTriggerResult, DeserializationException>>> consumer,
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
