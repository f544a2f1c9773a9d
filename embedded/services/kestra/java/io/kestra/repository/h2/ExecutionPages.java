package io.kestra.repository.h2;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.repositories.ArrayListTotal;
import io.kestra.jdbc.JdbcTableConfig;
import io.micronaut.data.model.Pageable;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.RecordMapper;
import org.jooq.SelectConditionStep;

/**
 * The table of executions, whose pages are counted apart.
 *
 * <p>The engine asks for a page and the number of all rows in one statement, for which H2 keeps every row that matches,
 * with its JSON. Here the database keeps the rows of the page, and the total is asked for only where the page does not
 * tell it. As with the engine, a page beyond the end has the total 0.
 */
class ExecutionPages extends H2Repository<Execution> {
    ExecutionPages(H2Repository<Execution> executions) {
        super(
            new JdbcTableConfig("executions", Execution.class, executions.getTable().getName()),
            executions.getDslContextWrapper());
    }

    @Override
    public <R extends Record, E> ArrayListTotal<E> fetchPage(
        DSLContext context, SelectConditionStep<R> select, Pageable pageable, RecordMapper<R, E> mapper) {
        List<E> page = pageable(select, pageable).fetch().map(mapper);
        boolean all = pageable == null || pageable.getSize() == -1;
        if (all || page.isEmpty()) {
            return new ArrayListTotal<>(page, page.size());
        }
        if (page.size() < pageable.getSize()) {
            return new ArrayListTotal<>(page, pageable.getOffset() - pageable.getSize() + page.size());
        }
        long total = context.selectCount().from(select.$from()).where(select.$where()).fetchSingle().value1();
        return new ArrayListTotal<>(page, total);
    }
}
