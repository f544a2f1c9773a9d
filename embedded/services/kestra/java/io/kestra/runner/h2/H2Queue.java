package io.kestra.runner.h2;

import java.io.IOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.kestra.core.queues.QueueException;
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
 * <p>Same rows, same order, same marks of what a consumer has read. What differs: all producers are in this process, so
 * a consumer sleeps until something is emitted, where the engine asks the database every 25 to 500 ms; and an interrupt
 * while a message is emitted is kept for later, where the engine would shut down.
 */
public class H2Queue<T> extends JdbcQueue<T> {
    private static final String UNREAD = """
        SELECT "value", "offset", "key" FROM queues
        WHERE "type" = ? AND ("consumers" IS NULL OR NOT ARRAY_CONTAINS("consumers", ?)) AND\
        """;
    private static final String MARK = """
        UPDATE queues SET "consumers" = ARRAY_APPEND(COALESCE("consumers", ARRAY[]), ?), "updated" = ?
        WHERE "offset" IN (%s) AND\
        """;
    private static final String NO_GROUP = " \"consumer_group\" IS NULL";
    private static final String GROUP = " \"consumer_group\" = ?";

    private final AtomicLong emitted = new AtomicLong();
    private final Bell bell = new Bell();

    public H2Queue(Class<T> cls, ApplicationContext applicationContext) {
        super(cls, applicationContext);
    }

    @Override
    public void emit(String consumerGroup, T message) throws QueueException {
        announced(() -> super.emit(consumerGroup, message));
    }

    @Override
    public void emitOnly(String consumerGroup, T message) throws QueueException {
        announced(() -> super.emitOnly(consumerGroup, message));
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
    protected Runnable poll(Supplier<Integer> fetch) {
        Pace pace = new Pace(emitted, bell);
        return super.poll(() -> {
            pace.await();
            int count = fetch.get();
            pace.fetched(count);
            return count;
        });
    }

    @Override
    public void close() throws IOException {
        bell.close();
        super.close();
    }

    @Override
    protected Condition buildTypeCondition(String type) {
        return DSL.condition("\"type\" = ?", type);
    }

    @Override
    protected Result<Record> receiveFetch(DSLContext context, String group, String consumer, boolean forUpdate) {
        String sql = UNREAD + (group == null ? NO_GROUP : GROUP) + " ORDER BY \"offset\" LIMIT "
            + configuration.getPollSize() + (forUpdate ? " FOR UPDATE SKIP LOCKED" : "");
        return group == null
            ? context.fetch(sql, queueType(), consumer)
            : context.fetch(sql, queueType(), consumer, group);
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
    }

    /** What emits a message. */
    @FunctionalInterface
    interface Emission {
        void run() throws QueueException;
    }
}
