package io.kestra.workbook.messages;

import io.kestra.core.queues.QueueException;
import io.kestra.core.runners.ExecutionDelay;
import io.kestra.repository.h2.H2Repository;
import io.kestra.runner.h2.H2ExecutionDelayStorage;
import io.kestra.workbook.TimeLimits;
import java.time.Instant;
import java.util.function.Consumer;

/** What executions wait for, such as the end of a pause, behind a {@link RowGuard}. */
final class GuardedDelays extends H2ExecutionDelayStorage {
    private final RowGuard<ExecutionDelay> guard;

    GuardedDelays(H2Repository<ExecutionDelay> repository, EngineGuard engine) {
        super(repository);
        var due = engine.due("executordelayed", "\"date\" <= ?");
        guard = new RowGuard<>(ExecutionDelay.class, repository, due, engine);
    }

    @Override
    public void get(Consumer<ExecutionDelay> consumer) {
        guard.process(() -> super.get(guard.around(consumer)));
    }

    @Override
    public void save(ExecutionDelay delay) {
        // The start of a new execution may be as late as a date; what waits in one is a duration.
        boolean isTask = delay.getTaskRunId() != null;
        if (isTask && delay.getDate().isAfter(Instant.now().plus(TimeLimits.LONGEST))) {
            // The executor fails an execution that cannot be queued, with the reason in its log.
            GuardedDelays.<RuntimeException>throwUndeclared(new QueueException(
                "The execution would wait until %s, and ten years (P%dD) are the longest pause, retry or delay"
                    .formatted(delay.getDate(), TimeLimits.LONGEST.toDays())));
        }
        super.save(delay);
    }

    /** The executor expects this exception where it saves a delay, though the method does not declare it. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwUndeclared(Exception problem) throws E {
        throw (E) problem;
    }
}
