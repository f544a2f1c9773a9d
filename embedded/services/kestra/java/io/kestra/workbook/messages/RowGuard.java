package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.models.HasUID;
import io.kestra.jdbc.JdbcMapper;
import io.kestra.repository.h2.H2Repository;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps the executor going when a row of a table that it looks through every second cannot be processed: as
 * {@link MessageGuard} does for a queue. One thread uses it.
 */
final class RowGuard<T extends HasUID> {
    private static final int ATTEMPTS = 5;

    private final Class<T> type;
    private final H2Repository<T> rows;
    private final DueRows due;
    private final EngineGuard engine;
    private final Map<String, String> condemned = new HashMap<>();
    private int attempts;

    RowGuard(Class<T> type, H2Repository<T> rows, DueRows due, EngineGuard engine) {
        this.type = type;
        this.rows = rows;
        this.due = due;
        this.engine = engine;
    }

    /** Look through the table once, if a row is due; what fails is left for the next time, and set aside then. */
    void process(Runnable once) {
        if (!due.any(OffsetDateTime.now())) {
            return;
        }
        try {
            once.run();
            attempts = 0;
        } catch (RuntimeException problem) {
            if (Redelivery.isIn(problem)) {
                return;
            }
            if (problem instanceof DeserializationException) {
                UnreadableRows.setAside(type, rows, engine);
            } else if (engine.isOver(problem) || !Problems.isTransient(problem) || attempts++ >= ATTEMPTS) {
                engine.noteFailure("the table of " + type.getSimpleName(), problem);
                throw problem;
            }
        }
    }

    /** The consumer, but for the rows that have failed: those are set aside, and deleted as processed. */
    Consumer<T> around(Consumer<T> consumer) {
        return row -> {
            String reason = condemned.remove(row.uid());
            if (reason != null) {
                engine.setAside(type, row.uid(), text(row), reason);
                return;
            }
            try {
                consumer.accept(row);
            } catch (RuntimeException | StackOverflowError problem) {
                if (engine.isOver(problem) || Problems.isTransient(problem)) {
                    throw problem;
                }
                condemned.put(row.uid(), Problems.text(problem));
                throw new Redelivery();
            }
        };
    }

    private static String text(Object row) {
        try {
            return JdbcMapper.of().writeValueAsString(row);
        } catch (JsonProcessingException impossible) {
            return String.valueOf(row);
        }
    }
}
