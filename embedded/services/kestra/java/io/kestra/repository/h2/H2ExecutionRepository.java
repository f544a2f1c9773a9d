package io.kestra.repository.h2;

import io.kestra.core.models.QueryFilter;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.runners.Executor;
import io.kestra.core.runners.ExecutorState;
import io.kestra.core.utils.DateUtils;
import io.kestra.core.utils.Either;
import io.kestra.jdbc.repository.AbstractJdbcExecutionRepository;
import io.kestra.jdbc.runner.AbstractJdbcExecutorStateStorage;
import io.kestra.jdbc.services.JdbcFilterService;
import io.micronaut.context.ApplicationContext;
import jakarta.inject.Named;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.lang3.tuple.Pair;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/**
 * Stands before the engine's class of the same name on the class path.
 *
 * <p>What differs: an execution with many task runs, which is large, is not written again where the executor has looked
 * at it and changed nothing, as it does after most of its messages.
 */
public class H2ExecutionRepository extends AbstractJdbcExecutionRepository {
    /** From so many task runs on an execution is large. */
    public static final int MANY_TASK_RUNS = 50;

    public H2ExecutionRepository(
        @Named("executions") H2Repository<Execution> repository,
        ApplicationContext applicationContext,
        AbstractJdbcExecutorStateStorage executorStateStorage,
        JdbcFilterService filterService) {
        super(repository, applicationContext, executorStateStorage, filterService);
    }

    /** Whether an execution has many task runs. */
    public static boolean isLarge(Execution execution) {
        List<?> runs = execution.getTaskRunList();
        return runs != null && runs.size() >= MANY_TASK_RUNS;
    }

    @Override
    public Executor lock(String id, Function<Pair<Execution, ExecutorState>, Pair<Executor, ExecutorState>> process) {
        return jdbcRepository.getDslContextWrapper().transactionResult(configuration -> {
            var database = DSL.using(configuration);
            var stored = jdbcRepository.fetchOne(database
                .select(VALUE_FIELD)
                .from(jdbcRepository.getTable())
                .where(KEY_FIELD.eq(id))
                .and(defaultFilter())
                .forUpdate());
            if (stored.isEmpty()) {
                return null;
            }
            Execution before = stored.get();
            var processed = process.apply(Pair.of(before, executorStateStorage.get(database, before)));
            if (processed == null) {
                return null;
            }
            Execution after = processed.getLeft().getExecution();
            if (after != before || !isLarge(before)) {
                jdbcRepository.persist(after, database, null);
            }
            executorStateStorage.save(database, processed.getRight());
            return processed.getLeft();
        });
    }

    @Override
    protected Condition findCondition(String query, Map<String, String> labels) {
        return H2ExecutionRepositoryService.findCondition(jdbcRepository, query, labels);
    }

    @Override
    public Condition findLabelCondition(Either<Map<?, ?>, String> input, QueryFilter.Op operation) {
        return H2ExecutionRepositoryService.findLabelCondition(input, operation);
    }

    @Override
    protected Field<Date> formatDateField(String dateField, DateUtils.GroupType groupType) {
        return H2RepositoryUtils.formatDateField(dateField, groupType);
    }
}
