package io.kestra.workbook.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kestra.core.models.Label;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.ExecutionKilled;
import io.kestra.core.models.executions.ExecutionKilledExecution;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.models.flows.State;
import io.kestra.core.queues.QueueException;
import io.kestra.core.queues.QueueFactoryInterface;
import io.kestra.core.queues.QueueInterface;
import io.kestra.core.runners.Executor;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.jdbc.JooqDSLContextWrapper;
import io.kestra.jdbc.repository.AbstractJdbcExecutionRepository;
import io.kestra.workbook.limits.Texts;
import io.micronaut.context.ApplicationContext;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.tuple.Pair;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Ends executions that the engine cannot finish: FAILED, with the reason in their log. */
final class FailedExecutions {
    /** The label of an execution that the engine could not finish. */
    static final String LABEL = Label.SYSTEM_PREFIX + "engine";
    static final String LABEL_VALUE = "could-not-finish";

    private static final Logger LOG = LoggerFactory.getLogger(FailedExecutions.class);
    /** As the columns of the table read it. */
    private static final DateTimeFormatter MOMENT =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final String TENANT = "main";
    private static final String THREAD = "message-guard";
    /** How long the engine has to end an execution that it was told to end, before its row is changed by hand. */
    private static final long CHECK_SECONDS = 3;
    /** How long the worker has to report the end of its tasks. */
    private static final long LAST_CHECK_SECONDS = 15;
    private static final Set<String> ENDED = Set.of("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED");

    private enum Rewrite { FIRST_CHECK, LAST_CHECK, AT_ONCE }

    private final ApplicationContext context;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name(THREAD).factory());

    FailedExecutions(ApplicationContext context) {
        this.context = context;
    }

    /**
     * Have the engine end an execution; if it cannot, change its row. One that has ended keeps its state.
     *
     * @param byEngine whether the engine may be able to.
     */
    void fail(String id, String reason, boolean byEngine) {
        if (!byEngine) {
            rewrite(id, reason, Rewrite.AT_ONCE);
            return;
        }
        try {
            Execution execution = mark(id);
            if (execution == null) {
                return;
            }
            tell(LogEntry.of(execution), reason);
            if (!execution.getState().isTerminated()) {
                end(id);
                later.schedule(() -> rewrite(id, reason, Rewrite.FIRST_CHECK), CHECK_SECONDS, TimeUnit.SECONDS);
                later.schedule(() -> rewrite(id, reason, Rewrite.LAST_CHECK), LAST_CHECK_SECONDS, TimeUnit.SECONDS);
            }
        } catch (RuntimeException | QueueException problem) {
            LOG.warn("Execution {} could not be failed in the engine's own way", id, problem);
            rewrite(id, reason, Rewrite.AT_ONCE);
        }
    }

    void close() {
        later.shutdownNow();
    }

    /** Label the execution; the answer is null if there is none. */
    private Execution mark(String id) {
        var marked = new Execution[1];
        context.getBean(AbstractJdbcExecutionRepository.class).lock(id, pair -> {
            Execution execution = pair.getLeft();
            boolean isMarked = execution.getLabels() != null
                && execution.getLabels().stream().anyMatch(label -> LABEL.equals(label.key()));
            marked[0] = isMarked ? execution : execution.addLabel(new Label(LABEL, LABEL_VALUE));
            return Pair.of(new Executor(execution, null).withExecution(marked[0], "setAside"), pair.getRight());
        });
        return marked[0];
    }

    private void tell(LogEntry about, String reason) throws QueueException {
        var line = about.toBuilder()
            .level(Level.ERROR)
            .message(Texts.mended(reason))
            .timestamp(Instant.now())
            .thread(THREAD)
            .build();
        this.<LogEntry>queue(QueueFactoryInterface.WORKERTASKLOG_NAMED).emit(line);
    }

    /** Kill what runs, and end in FAILED: as the engine does for an SLA that fails an execution. */
    private void end(String id) throws QueueException {
        this.<ExecutionKilled>queue(QueueFactoryInterface.KILL_NAMED).emit(ExecutionKilledExecution.builder()
            .state(ExecutionKilled.State.REQUESTED)
            .executionId(id)
            .executionState(State.Type.FAILED)
            .isOnKillCascade(true)
            .tenantId(TENANT)
            .build());
    }

    @SuppressWarnings("unchecked")
    private <T> QueueInterface<T> queue(String name) {
        return context.getBean(QueueInterface.class, Qualifiers.byName(name));
    }

    /**
     * The last resort, for an execution whose row the engine cannot read or process.
     *
     * @param kind a check leaves an execution alone that was restarted; all but the first fail task runs too that have
     *     not ended, as no worker knows of them.
     */
    private void rewrite(String id, String reason, Rewrite kind) {
        try {
            context.getBean(JooqDSLContextWrapper.class).transaction(configuration -> {
                var database = DSL.using(configuration);
                var row = database.fetchOptional("SELECT \"value\" FROM executions WHERE \"key\" = ? FOR UPDATE", id);
                if (row.isEmpty()) {
                    return;
                }
                JsonNode execution = JacksonMapper.ofJson().readTree(row.get().get(0, String.class));
                if (!(execution instanceof ObjectNode fields) || kind != Rewrite.AT_ONCE && !isMarked(fields)) {
                    return;
                }
                boolean isFailedHere = failed(fields);
                boolean isChanged = (isFailedHere || kind != Rewrite.FIRST_CHECK) && failTaskRuns(fields) || isFailedHere;
                if (isChanged) {
                    database.execute(
                        "UPDATE executions SET \"value\" = ? WHERE \"key\" = ?",
                        JacksonMapper.ofJson().writeValueAsString(fields), id);
                }
                if (isFailedHere) {
                    LOG.warn("Execution {} is FAILED by hand: {}", id, reason);
                    tell(LogEntry.builder()
                        .tenantId(TENANT)
                        .namespace(fields.path("namespace").asText())
                        .flowId(fields.path("flowId").asText())
                        .executionId(id)
                        .build(), reason);
                }
            });
        } catch (RuntimeException problem) {
            LOG.error("Execution {} cannot be failed", id, problem);
        }
    }

    private static boolean isMarked(ObjectNode execution) {
        for (JsonNode label : execution.path("labels")) {
            if (label.path("key").asText().equals(LABEL)) {
                return true;
            }
        }
        return false;
    }

    private static boolean failTaskRuns(ObjectNode execution) {
        boolean isChanged = false;
        for (JsonNode run : execution.path("taskRunList")) {
            isChanged |= run instanceof ObjectNode fields && failed(fields);
        }
        return isChanged;
    }

    /** Give an execution or a task run the state FAILED; the answer is false if it has ended. */
    private static boolean failed(ObjectNode owner) {
        ObjectNode state = owner.get("state") instanceof ObjectNode present ? present : owner.putObject("state");
        if (ENDED.contains(state.path("current").asText())) {
            return false;
        }
        String now = MOMENT.format(Instant.now());
        state.put("current", "FAILED");
        state.put("endDate", now);
        if (!state.has("startDate")) {
            state.put("startDate", now);
        }
        var histories = state.get("histories") instanceof ArrayNode present
            ? present : state.putArray("histories");
        if (histories.isEmpty()) {
            histories.addObject().put("state", "CREATED").put("date", state.get("startDate").asText());
        }
        histories.addObject().put("state", "FAILED").put("date", now);
        return true;
    }
}
