package io.kestra.runner.h2;

import java.io.IOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.queues.QueueException;
import io.kestra.core.utils.Either;
import io.kestra.jdbc.runner.JdbcQueue;

import io.micronaut.context.ApplicationContext;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.impl.DSL;

/**
 * Stands before the engine's class of the same name on the class path.
 *
 * <p>Same rows, same order, same marks of what a consumer has read. What differs: a consumer asks for what comes after what
 * it has read, where the engine looks at all that was not cleared away yet; all producers are in this process, so that
 * a consumer sleeps until something is emitted, where the engine asks the database every 25 to 500 ms; one thread alone
 * reads for a consumer, so it locks no rows, which H2 would write; who follows executions or log lines gets them without
 * the database; and an interrupt while a message is emitted is kept for later, where the engine would shut down.
 */
public class H2Queue<T> extends JdbcQueue<T> {
    private static final String UNREAD = """
        SELECT "value", "offset", "key" FROM queues
        WHERE "type" = ? AND "offset" > ? AND ("consumers" IS NULL OR NOT ARRAY_CONTAINS("consumers", ?)) AND\
        """;
    private static final String MARK = """
        UPDATE queues SET "consumers" = ARRAY_APPEND(COALESCE("consumers", ARRAY[]), ?), "updated" = ?
        WHERE "offset" IN (%s) AND\
        """;
    private static final String NO_GROUP = " \"consumer_group\" IS NULL";
    private static final String GROUP = " \"consumer_group\" = ?";

    /** What many follow: the engine would read each message of theirs from the database once more for them. */
    private static final Set<Class<?>> FOLLOWED = Set.of(Execution.class, LogEntry.class);

    private final AtomicLong emitted = new AtomicLong();
    private final Bell bell = new Bell();
    private final Map<String, Watermark> watermarks = new ConcurrentHashMap<>();
    private final Followers<T> followers;

    public H2Queue(Class<T> cls, ApplicationContext applicationContext) {
        super(cls, applicationContext);
        followers = new Followers<>(cls);
    }

    @Override
    public void emit(String consumerGroup, T message) throws QueueException {
        announced(() -> super.emit(consumerGroup, message));
        deliver(message);
    }

    @Override
    public void emitOnly(String consumerGroup, T message) throws QueueException {
        announced(() -> super.emitOnly(consumerGroup, message));
        deliver(message);
    }

    private void deliver(T message) {
        if (isFollowed(message)) {
            followers.deliver(message);
        }
    }

    /** Whether a message means something to those who follow the queue. */
    protected boolean isFollowed(T message) {
        return true;
    }

    /** Emit a message and wake the consumers. They are woken also if the message is in a transaction that is still open. */
    private void announced(Emission emission) throws QueueException {
        emitted.incrementAndGet();
        try {
            Uninterrupted.run(emission);
        } finally {
            bell.ring();
        }
    }

    @Override
    public Runnable receive(
        String consumerGroup, Consumer<Either<T, DeserializationException>> follower, boolean forUpdate) {
        return consumerGroup == null && FOLLOWED.contains(cls)
            ? followers.add(follower)
            : super.receive(consumerGroup, follower, forUpdate);
    }

    @Override
    protected Runnable poll(Supplier<Integer> fetch) {
        Pace pace = new Pace(emitted, bell);
        Runnable end = super.poll(() -> {
            pace.await();
            int count = fetch.get();
            pace.fetched(count);
            return count;
        });
        return () -> {
            pace.end();
            end.run();
        };
    }

    @Override
    public void close() throws IOException {
        bell.close();
        followers.close();
        super.close();
    }

    @Override
    protected Condition buildTypeCondition(String type) {
        return DSL.condition("\"type\" = ?", type);
    }

    @Override
    protected Result<Record> receiveFetch(DSLContext context, String group, String consumer, boolean forUpdate) {
        String sql = UNREAD + (group == null ? NO_GROUP : GROUP) + " ORDER BY \"offset\" LIMIT "
            + configuration.getPollSize();
        long after = watermark(group, consumer).after();
        return group == null
            ? context.fetch(sql, queueType(), after, consumer)
            : context.fetch(sql, queueType(), after, consumer, group);
    }

    @Override
    protected void doUpdateGroupOffsets(DSLContext context, String group, String consumer, List<Long> offsets) {
        String sql = MARK.formatted("?, ".repeat(offsets.size() - 1) + "?") + (group == null ? NO_GROUP : GROUP);
        List<Object> values = new ArrayList<>(List.of(consumer, LocalDateTime.now()));
        values.addAll(offsets);
        if (group != null) {
            values.add(group);
        }
        context.execute(sql, values.toArray());
        watermark(group, consumer).read(Collections.max(offsets));
    }

    private Watermark watermark(String group, String consumer) {
        return watermarks.computeIfAbsent(group + " " + consumer, any -> new Watermark());
    }

    /** What emits a message. */
    @FunctionalInterface
    interface Emission {
        void run() throws QueueException;
    }
}
