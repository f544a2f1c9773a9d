package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.jdbc.JdbcMapper;
import io.kestra.repository.h2.H2Repository;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Rows of the engine's tables in which it finds no entity: one of them fails each query that reads it. */
final class UnreadableRows {
    private static final Field<Object> KEY = DSL.field(DSL.quotedName("key"));
    private static final Field<Object> VALUE = DSL.field(DSL.quotedName("value"));

    private UnreadableRows() {
    }

    /** Set aside what cannot be read, and delete it from the table. */
    static <T> void setAside(Class<T> type, H2Repository<T> rows, EngineGuard engine) {
        rows.getDslContextWrapper().transaction(configuration -> {
            var database = DSL.using(configuration);
            for (var row : database.select(KEY, VALUE).from(rows.getTable()).fetch()) {
                String key = row.get(KEY, String.class);
                String text = row.get(VALUE, String.class);
                try {
                    JdbcMapper.of().readValue(text, type);
                } catch (JsonProcessingException unreadable) {
                    engine.setAside(type, key, text, Problems.text(unreadable));
                    database.delete(rows.getTable()).where(KEY.eq(key)).execute();
                }
            }
        });
    }
}
