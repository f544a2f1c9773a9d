package io.kestra.workbook.messages;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.State;
import io.kestra.core.queues.QueueException;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.repository.h2.H2ExecutionRepository;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Messages about large executions go without the task runs, as long as the execution has not ended: it is written at each
 * step of each task run, and a second time as a message. The executor reads the execution itself, and only from who
 * follows it are the task runs missed: they are read again for these.
 */
public final class BriefExecutions {
    private static final Map<String, Integer> FOLLOWED = new ConcurrentHashMap<>();

    private final Supplier<ExecutionRepositoryInterface> stored;

    BriefExecutions(Supplier<ExecutionRepositoryInterface> stored) {
        this.stored = stored;
    }

    /** Somebody begins to follow an execution. */
    public static void followed(String id) {
        FOLLOWED.merge(id, 1, Integer::sum);
    }

    /** Somebody no longer follows an execution. */
    public static void left(String id) {
        FOLLOWED.computeIfPresent(id, (any, count) -> count > 1 ? count - 1 : null);
    }

    /** Whether somebody follows an execution; null: one that a log line is not about. */
    static boolean isFollowed(String id) {
        return id != null && FOLLOWED.containsKey(id);
    }

    /** The execution as its message. */
    Execution brief(Execution execution) {
        return H2ExecutionRepository.isLarge(execution) && !execution.getState().isTerminated()
            ? execution.withTaskRunList(null)
            : execution;
    }

    /** The message as who follows the execution takes it. */
    Execution forFollower(Execution message) {
        return isFollowed(message.getId()) ? whole(message).orElse(message) : message;
    }

    /**
     * The message as it is stored in the table of executions. The executor fails an execution by its message.
     *
     * @param message without the task runs, it may be a brief one.
     */
    Execution forTable(Execution message) {
        return message.getState().isFailed() ? whole(message).map(BriefExecutions::failed).orElse(message) : message;
    }

    private Optional<Execution> whole(Execution message) {
        return message.getTaskRunList() == null
            ? stored.get().findByIdWithoutAcl(message.getTenantId(), message.getId()).filter(H2ExecutionRepository::isLarge)
            : Optional.empty();
    }

    private static Execution failed(Execution execution) {
        var reason = new QueueException("The executor could not send what the execution needs");
        Execution failed = execution.failedExecutionFromExecutor(reason).execution();
        return failed.getState().isFailed() ? failed : failed.withState(State.Type.FAILED);
    }
}
