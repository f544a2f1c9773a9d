package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.models.executions.MetricEntry;
import io.kestra.core.models.flows.FlowInterface;
import io.kestra.core.models.flows.State;
import io.kestra.core.queues.MessageTooBigException;
import io.kestra.core.queues.QueueException;
import io.kestra.core.queues.UnsupportedMessageException;
import io.kestra.core.runners.WorkerTaskResult;
import io.kestra.core.runners.WorkerTriggerResult;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.utils.Either;
import io.kestra.workbook.database.GroupCommit;
import io.kestra.workbook.limits.Texts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/**
 * Keeps one queue of the engine going when a message cannot be processed. The engine itself would shut down, and again
 * at each start, as the message stays in the queue.
 *
 * <p>When a batch fails, its transaction is rolled back and its messages are delivered again, one by one. The one that
 * fails alone is set aside: at its next delivery it is written to a file, its execution fails, and its reader is told
 * nothing of it. What is no fault of a message (the database is gone, the engine stops) is passed on to the engine.
 */
final class MessageGuard<T> {
    private static final String EXECUTOR = "executor";
    private static final Set<Class<?>> MERGED = Set.of(Execution.class, WorkerTaskResult.class);
    private static final String RESULT_STATE = "/taskRun/state/current";
    private static final int TRANSIENT_ATTEMPTS = 5;
    private static final long TRANSIENT_PAUSE_MILLIS = 200;

    private final Class<T> type;
    private final EngineGuard engine;
    private final Map<String, Reader> readers = new ConcurrentHashMap<>();
    private final ThreadLocal<List<Message<T>>> delivery = new ThreadLocal<>();
    private final ThreadLocal<Boolean> isMerged = ThreadLocal.withInitial(() -> false);

    MessageGuard(Class<T> type, EngineGuard engine) {
        this.type = type;
        this.engine = engine;
    }

    /** A reader of the queue. Only the thread that polls for it uses its state. */
    private static final class Reader {
        /** How many messages are still to be delivered one by one. */
        private int alone;
        private int attempts;
        private final Map<Long, String> condemned = new HashMap<>();
        /** Those that cannot be read, and are in a file already while their batch is delivered again. */
        private final Set<Long> unreadable = new HashSet<>();
    }

    /** The rows to deliver: all, or the first while a failure is being looked for. */
    Result<Record> limit(String reader, Result<Record> rows) {
        if (reader(reader).alone > 0) {
            while (rows.size() > 1) {
                rows.remove(rows.size() - 1);
            }
        }
        isMerged.set(MERGED.contains(type) && reader.equals(EXECUTOR));
        return rows;
    }

    /**
     * Read the contents of rows, and remember the rows, for the consumer that is called next on this thread.
     *
     * <p>To the executor a message about an execution says only that it has changed, as it reads the execution itself.
     * And a task that has ended has begun: its last result has the history of all. Of several about one execution, or one
     * task run, the last is read and delivered, as long as the others say that a task runs: an execution of hundreds of
     * task runs is large, and messages come faster than they are processed.
     */
    List<Either<T, DeserializationException>> remember(
        Result<Record> rows, Function<Result<Record>, List<Either<T, DeserializationException>>> read) {
        var last = DSL.using(SQLDialect.H2).newResult(rows.fields());
        var keys = new HashSet<String>();
        for (Record row : rows.reversed()) {
            boolean isLast = !isMerged.get() || keys.add(row.get("key", String.class));
            if (isLast || !isPassing(row.get("value", String.class))) {
                last.addFirst(row);
            }
        }
        List<Either<T, DeserializationException>> contents = read.apply(last);
        var messages = new ArrayList<Message<T>>(last.size());
        for (int i = 0; i < last.size(); i++) {
            Record row = last.get(i);
            messages.add(new Message<>(
                row.get("offset", Long.class), row.get("value", String.class), contents.get(i)));
        }
        delivery.set(messages);
        return contents;
    }

    /** Whether a message says nothing that the next one about the same does not. */
    private boolean isPassing(String text) {
        if (type == Execution.class) {
            return true;
        }
        try {
            return JacksonMapper.ofJson().readTree(text).at(RESULT_STATE).asText().equals(State.Type.RUNNING.name());
        } catch (JsonProcessingException unreadable) {
            return false; // it is set aside
        }
    }

    BiConsumer<DSLContext, List<Either<T, DeserializationException>>> around(
        String name, BiConsumer<DSLContext, List<Either<T, DeserializationException>>> consumer) {
        Reader reader = reader(name);
        return (database, contents) -> {
            List<Message<T>> messages = delivery.get();
            var sound = messages.stream().filter(message -> !reader.condemned.containsKey(message.offset())).toList();
            messages.forEach(message -> setAside(reader, message));
            if (!sound.isEmpty()) {
                deliver(reader, sound, contents.size() == sound.size() ? contents : contents(sound), database, consumer);
            }
            reader.alone = Math.max(0, reader.alone - messages.size());
            reader.attempts = 0;
            messages.forEach(message -> reader.unreadable.remove(message.offset()));
        };
    }

    /** Who follows a queue, such as a stream of events, passes over what it cannot take. */
    Consumer<Either<T, DeserializationException>> aroundFollower(Consumer<Either<T, DeserializationException>> follower) {
        return content -> {
            try {
                follower.accept(forFollower(content));
            } catch (RuntimeException | StackOverflowError problem) {
                if (engine.isOver(problem)) {
                    throw problem;
                }
                engine.warn("A follower of " + type.getSimpleName() + " cannot take a message", problem);
            }
        };
    }

    Supplier<Integer> aroundPoll(Supplier<Integer> once) {
        return () -> {
            try {
                return once.get();
            } catch (RuntimeException problem) {
                if (Redelivery.isIn(problem)) {
                    return 1; // there is work: the engine polls at once
                }
                engine.noteFailure("the queue of " + type.getSimpleName(), problem);
                throw problem;
            } finally {
                delivery.remove();
            }
        };
    }

    /**
     * The message, with what the database cannot store mended: characters that are no Unicode in log lines.
     *
     * @throws QueueException what is in it cannot be mended: the worker fails the task, without its outputs.
     */
    @SuppressWarnings("unchecked")
    T storable(T message) throws QueueException {
        if (message instanceof LogEntry line) {
            return (T) Texts.mended(line);
        }
        if (message instanceof MetricEntry metric) {
            String problem = Texts.problemOf(metric.getName(), metric.getTags());
            if (problem != null) {
                engine.failExecution(metric.getExecutionId(), problem);
                throw new UnsupportedMessageException(problem, null);
            }
        }
        if (message instanceof Execution execution) {
            String problem = engine.problemOf(execution);
            if (problem != null) {
                throw new QueueException(problem); // the executor fails the execution with it
            }
        }
        return message;
    }

    /** The end of a task or of a look of a trigger may not be undone by a kill, as what they did outside is not. */
    void keep(T emitted) {
        boolean isTaskEnd = emitted instanceof WorkerTaskResult result && result.getTaskRun().getState().isTerminated();
        if (isTaskEnd || emitted instanceof WorkerTriggerResult) {
            GroupCommit.flush();
        }
    }

    /** The message without what its readers read elsewhere. */
    @SuppressWarnings("unchecked")
    T brief(T message) {
        return message instanceof Execution execution ? (T) engine.executions().brief(execution) : message;
    }

    /** The message with what is stored of it. */
    @SuppressWarnings("unchecked")
    T whole(T message) {
        return message instanceof Execution execution ? (T) engine.executions().forTable(execution) : message;
    }

    @SuppressWarnings("unchecked")
    private Either<T, DeserializationException> forFollower(Either<T, DeserializationException> content) {
        return content.isLeft() && content.getLeft() instanceof Execution execution
            ? Either.left((T) engine.executions().forFollower(execution))
            : content;
    }

    /** The failure of an emission, as one after which the worker sends a task's result again without its outputs. */
    QueueException recoverable(T message, QueueException problem) {
        boolean isKnown = problem instanceof MessageTooBigException || problem instanceof UnsupportedMessageException;
        return isKnown || !(message instanceof WorkerTaskResult)
            ? problem
            : new UnsupportedMessageException(Problems.text(problem), problem);
    }

    private void setAside(Reader reader, Message<T> message) {
        String reason = reader.condemned.remove(message.offset());
        if (reason == null && isUnreadable(message) && reader.unreadable.add(message.offset())) {
            reason = Problems.text(message.content().getRight());
        }
        if (reason != null) {
            engine.setAside(type, message.offset(), message.text(), reason);
        }
    }

    /** The engine takes care itself of flows that it cannot read: a plug-in is missing. */
    private boolean isUnreadable(Message<T> message) {
        return message.content().isRight() && type != FlowInterface.class;
    }

    private void deliver(
        Reader reader,
        List<Message<T>> messages,
        List<Either<T, DeserializationException>> contents,
        DSLContext database,
        BiConsumer<DSLContext, List<Either<T, DeserializationException>>> consumer) {
        try (var inFlight = engine.inFlight().enter(messages.stream().mapToLong(Message::offset).toArray())) {
            consumer.accept(database, contents);
        } catch (RuntimeException | StackOverflowError | LinkageError problem) {
            if (engine.isOver(problem)) {
                throw problem;
            }
            blame(reader, messages, problem);
            throw new Redelivery();
        }
    }

    private void blame(Reader reader, List<Message<T>> messages, Throwable problem) {
        boolean isTransient = Problems.isTransient(problem);
        engine.warn("Messages of " + type.getSimpleName() + " failed and are delivered again", problem);
        if (isTransient && reader.attempts++ < TRANSIENT_ATTEMPTS) {
            Problems.pause(TRANSIENT_PAUSE_MILLIS * reader.attempts);
        } else if (messages.size() == 1) {
            reader.condemned.put(messages.getFirst().offset(), Problems.text(problem));
        } else {
            reader.alone = messages.size();
        }
    }

    private Reader reader(String name) {
        return readers.computeIfAbsent(name, any -> new Reader());
    }

    private static <T> List<Either<T, DeserializationException>> contents(List<Message<T>> messages) {
        return messages.stream().map(Message::content).toList();
    }
}
