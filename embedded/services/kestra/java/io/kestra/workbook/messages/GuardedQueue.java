package io.kestra.workbook.messages;

import com.google.common.collect.Iterables;
import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.queues.QueueException;
import io.kestra.core.runners.MultipleConditionEvent;
import io.kestra.core.runners.WorkerTaskResult;
import io.kestra.core.utils.Either;
import io.kestra.runner.h2.H2Queue;
import io.micronaut.context.ApplicationContext;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.impl.DSL;

/** A queue of the engine behind a {@link MessageGuard}. */
final class GuardedQueue<T> extends H2Queue<T> {
    private static final int KEYS_AT_ONCE = 100;

    private final EngineGuard engine;
    /**
     * Whether a message and what its reader does are one transaction. A window of conditions is deleted before the
     * execution that it starts is sent: a process that is killed in between would have neither.
     */
    private final boolean isExactlyOnce;
    private final MessageGuard<T> guard;

    GuardedQueue(Class<T> type, ApplicationContext context, EngineGuard engine) {
        super(type, context);
        this.engine = engine;
        isExactlyOnce = type == MultipleConditionEvent.class;
        guard = new MessageGuard<>(type, engine);
    }

    @Override
    public void emit(String consumerGroup, T message) throws QueueException {
        if (message instanceof WorkerTaskResult result) {
            engine.heldResults().send(result, sent -> store(consumerGroup, cls.cast(sent)));
        } else {
            store(consumerGroup, message);
        }
    }

    private void store(String consumerGroup, T message) throws QueueException {
        T storable = guard.whole(guard.storable(message));
        try {
            super.emit(consumerGroup, storable);
        } catch (QueueException problem) {
            throw guard.recoverable(message, problem);
        }
        guard.keep(storable);
    }

    @Override
    public void emitOnly(String consumerGroup, T message) throws QueueException {
        super.emitOnly(consumerGroup, guard.brief(guard.storable(message)));
    }

    /** Log lines go to who follows their execution. Executions go to all: webhooks that wait follow without saying so. */
    @Override
    protected boolean isFollowed(T message) {
        return !(message instanceof LogEntry line) || BriefExecutions.isFollowed(line.getExecutionId());
    }

    @Override
    protected Result<Record> receiveFetch(DSLContext database, String consumerGroup, String reader, boolean forUpdate) {
        return guard.limit(reader, super.receiveFetch(database, consumerGroup, reader, forUpdate));
    }

    @Override
    protected List<Either<T, DeserializationException>> map(Result<Record> rows) {
        return guard.remember(rows, super::map);
    }

    @Override
    public void deleteByKey(String key) {
        deleteByKeys(List.of(key));
    }

    /** A message that is being processed stays: its number tells the next process what this one was about to do. */
    @Override
    public void deleteByKeys(List<String> keys) {
        Condition isIdle = DSL.field("\"offset\"", Long.class).notIn(engine.inFlight().offsets());
        for (List<String> some : Iterables.partition(keys, KEYS_AT_ONCE)) {
            dslContextWrapper.transaction(configuration -> DSL.using(configuration)
                .deleteFrom(table)
                .where(buildTypeCondition(queueType()))
                .and(DSL.field("\"key\"", String.class).in(some))
                .and(isIdle)
                .execute());
        }
    }

    @Override
    public Runnable receiveImpl(
        String consumerGroup,
        Class<?> reader,
        BiConsumer<DSLContext, List<Either<T, DeserializationException>>> consumer,
        Boolean inTransaction,
        boolean forUpdate) {
        var guarded = guard.around(queueName(reader), consumer);
        return super.receiveImpl(consumerGroup, reader, guarded, inTransaction || isExactlyOnce, forUpdate);
    }

    @Override
    public Runnable receive(
        String consumerGroup, Consumer<Either<T, DeserializationException>> follower, boolean forUpdate) {
        return super.receive(consumerGroup, guard.aroundFollower(follower), forUpdate);
    }

    @Override
    protected Runnable poll(Supplier<Integer> once) {
        return super.poll(guard.aroundPoll(once));
    }
}
