package io.kestra.workbook.messages;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.kestra.core.contexts.KestraContext;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.ExecutionKilled;
import io.kestra.core.models.validations.ModelValidator;
import io.kestra.core.queues.QueueFactoryInterface;
import io.kestra.core.queues.QueueInterface;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.runners.FlowListeners;
import io.kestra.core.runners.WorkerJobRunning;
import io.kestra.core.runners.WorkingDirFactory;
import io.kestra.core.services.FlowListenersInterface;
import io.kestra.core.services.PluginDefaultService;
import io.kestra.jdbc.JdbcMapper;
import io.kestra.jdbc.JooqDSLContextWrapper;
import io.kestra.jdbc.repository.AbstractJdbcTriggerRepository;
import io.kestra.jdbc.runner.JdbcScheduler;
import io.kestra.jdbc.runner.JdbcSchedulerTriggerState;
import io.kestra.repository.h2.H2Repository;
import io.kestra.runner.h2.H2ExecutionDelayStorage;
import io.kestra.runner.h2.H2QueueFactory;
import io.kestra.runner.h2.H2SLAMonitorStorage;
import io.kestra.workbook.flows.FlowsForScheduler;
import io.kestra.workbook.limits.LimitedPebble;
import io.kestra.workbook.limits.LimitedValidator;
import io.kestra.workbook.limits.LoopLimits;
import io.kestra.workbook.limits.UnicodeModule;
import io.kestra.workbook.recovery.CrashRecovery;
import io.kestra.workbook.recovery.InterruptedMessage;
import io.kestra.worker.TaskGuard;
import io.kestra.worker.WorkerSecurityService;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.inject.qualifiers.Qualifiers;
import io.micronaut.validation.validator.Validator;
import io.pebbletemplates.pebble.extension.Extension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the engine alive: messages that it cannot process are set aside, and if it goes all the same, the process is told
 * why, so that it ends and is started again.
 */
public final class EngineGuard {
    private static final Logger LOG = LoggerFactory.getLogger(EngineGuard.class);
    private static final long DATABASE_SECONDS = 20;
    private static final long FAIL_SECONDS = 20;
    /** A task run that has not ended, by its id, in the executions that have not ended. */
    private static final String EXECUTION_OF_TASK_RUN = """
        SELECT "key" FROM executions
        WHERE "state_current" IN ('CREATED', 'RUNNING', 'PAUSED', 'RESTARTED', 'KILLING', 'QUEUED', 'RETRYING')
          AND LOCATE(?, "value") > 0
        LIMIT 1
        """;

    private static final String DUE_TRIGGER =
        "(\"next_execution_date\" < ? OR \"next_execution_date\" IS NULL) AND \"execution_id\" IS NULL";

    private final Path home;
    private final String lastEnd;
    private final List<Long> leftInFlight;
    private final InFlight inFlight;
    private final SetAside folder;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    /** Not the thread of the message: its transaction may be about to be rolled back. */
    private final ExecutorService clerk = Executors.newSingleThreadExecutor(
        Thread.ofPlatform().daemon().name("message-guard-clerk").factory());
    private volatile String failure;
    private volatile boolean closing;
    private ApplicationContext context;
    private final BriefExecutions executions =
        new BriefExecutions(() -> context.getBean(ExecutionRepositoryInterface.class));
    private final HeldResults heldResults = new HeldResults();
    private FailedExecutions failedExecutions;

    private EngineGuard(Path home, String lastEnd) throws IOException {
        Path flying = home.resolve("in-flight");
        leftInFlight = InFlight.left(flying);
        this.home = home;
        this.lastEnd = lastEnd;
        inFlight = new InFlight(flying);
        folder = new SetAside(home.resolve("set-aside"));
    }

    /**
     * Build the engine's context with guarded queues.
     *
     * @param home the folder of the engine's state.
     * @param lastEnd how the last engine ended, see {@link Suspects}.
     */
    public static EngineGuard install(ApplicationContextBuilder builder, String home, String lastEnd) throws IOException {
        JdbcMapper.of().registerModule(new UnicodeModule());
        var guard = new EngineGuard(Path.of(home), lastEnd);
        guard.context = builder.beanDefinitions(
            RuntimeBeanDefinition.builder(H2QueueFactory.class, () -> new GuardedQueueFactory(guard.context, guard))
                .singleton(true).replaces(H2QueueFactory.class).build(),
            RuntimeBeanDefinition.builder(WorkerSecurityService.class, () -> new TaskGuard(guard.context))
                .singleton(true).replaces(WorkerSecurityService.class).build(),
            RuntimeBeanDefinition.builder(WorkingDirFactory.class, () -> guard.heldResults.folders(guard::folderOfTasks))
                .singleton(true).replaces(WorkingDirFactory.class).build(),
            RuntimeBeanDefinition.builder(FlowListeners.class, guard::flows)
                .singleton(true).replaces(FlowListeners.class).build(),
            RuntimeBeanDefinition.builder(Extension.class, LimitedPebble::new).singleton(true).build(),
            guard.storage(H2ExecutionDelayStorage.class, "executordelayed", GuardedDelays::new),
            guard.storage(H2SLAMonitorStorage.class, "slamonitor", GuardedDeadlines::new),
            RuntimeBeanDefinition.builder(JdbcSchedulerTriggerState.class, () -> new GuardedTriggers(
                    guard.context.getBean(AbstractJdbcTriggerRepository.class), guard.table("triggers"),
                    () -> guard.context.getBean(FlowRepositoryInterface.class), guard))
                .singleton(true).replaces(JdbcSchedulerTriggerState.class).build(),
            RuntimeBeanDefinition.builder(JdbcScheduler.class, () -> new GuardedScheduler(
                    guard.context, guard.context.getBean(FlowListenersInterface.class), guard.due("triggers", DUE_TRIGGER)))
                .singleton(true).replaces(JdbcScheduler.class).build(),
            RuntimeBeanDefinition
                .builder(ModelValidator.class, () -> new LimitedValidator(
                    () -> guard.context.getBean(Validator.class),
                    () -> guard.context.getBean(FlowRepositoryInterface.class)))
                .singleton(true).replaces(ModelValidator.class).build()
        ).build();
        guard.failedExecutions = new FailedExecutions(guard.context);
        return guard;
    }

    @SuppressWarnings("unchecked")
    private FlowListeners flows() {
        return new FlowsForScheduler(
            context.getBean(FlowRepositoryInterface.class),
            context.getBean(QueueInterface.class, Qualifiers.byName(QueueFactoryInterface.FLOW_NAMED)),
            context.getBean(PluginDefaultService.class));
    }

    private String folderOfTasks() {
        return context.getProperty("kestra.tasks.tmp-dir.path", String.class).orElse(System.getProperty("java.io.tmpdir"));
    }

    private <B, T> RuntimeBeanDefinition<B> storage(
        Class<B> type, String table, BiFunction<H2Repository<T>, EngineGuard, B> guarded) {
        return RuntimeBeanDefinition
            .builder(type, () -> guarded.apply(table(table), this))
            .singleton(true).replaces(type).build();
    }

    @SuppressWarnings("unchecked")
    private <T> H2Repository<T> table(String name) {
        return context.getBean(H2Repository.class, Qualifiers.byName(name));
    }

    /** Whether rows of a table are due. */
    DueRows due(String table, String condition) {
        return new DueRows(context.getRequiredProperty("datasources.h2.url", String.class), table, condition);
    }

    /** Start the context. What took the last engine down is set aside before anything goes on with it. */
    public ApplicationContext start() throws IOException {
        context.start();
        // What an older build stored is mended as it is read.
        context.getBean(ObjectMapper.class).registerModule(new UnicodeModule());
        KestraContext.setContext(new EngineWatch(KestraContext.getContext(), this));
        var rows = new LinkedHashMap<String, Runnable>();
        leftInFlight.forEach(offset -> rows.put("message " + offset, () -> setAsideMessage(offset)));
        if (lastEnd.equals(Suspects.MEMORY)) {
            runningJobs().forEach(key -> rows.put("job " + key, () -> setAsideJob(key)));
        }
        Suspects.judge(home.resolve("suspects.json"), List.copyOf(rows.keySet()), lastEnd)
            .forEach(guilty -> onClerk(rows.get(guilty)));
        new CrashRecovery(context).recover(interrupted());
        return context;
    }

    /** The engine is about to be stopped on purpose: what fails from now on is no message's fault. */
    public void close() {
        closing = true;
        failedExecutions.close();
        ended.complete("");
    }

    /**
     * Wait for the engine's end, for a while.
     *
     * @return why it ended; empty if it was stopped on purpose; null if it goes on.
     */
    public String awaitEnd(double seconds) throws InterruptedException {
        try {
            return ended.get((long) (seconds * 1000), TimeUnit.MILLISECONDS);
        } catch (TimeoutException goesOn) {
            return null;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    BriefExecutions executions() {
        return executions;
    }

    HeldResults heldResults() {
        return heldResults;
    }

    InFlight inFlight() {
        return inFlight;
    }

    /** The engine is at its end; the answer is false if it is being stopped on purpose. */
    boolean end(String reason) {
        if (closing) {
            return false;
        }
        ended.complete(failure == null ? reason : reason + ": " + failure);
        return true;
    }

    void noteFailure(String where, Throwable problem) {
        failure = where + ": " + Problems.text(problem);
    }

    void warn(String what, Throwable problem) {
        LOG.warn("{}: {}", what, Problems.text(problem));
    }

    /** Why the engine does not carry an execution that is about to go on; null if it does. */
    String problemOf(Execution execution) {
        return LoopLimits.problemOf(execution, context);
    }

    /** Whether a failure is the engine's own end, and no message is to blame. */
    boolean isOver(Throwable problem) {
        return closing || Problems.isOfEngine(problem) || !isDatabaseUp();
    }

    /** Take a message out of the engine's sight: into a file, and its execution into the state FAILED. */
    void setAside(Class<?> type, long offset, String text, String reason) {
        onClerk(() -> setAside(type.getName(), String.valueOf(offset), keyOf(offset), text, reason));
    }

    /** The same for a row of another table than the queues'. */
    void setAside(Class<?> type, String key, String text, String reason) {
        onClerk(() -> setAside(type.getName(), key, key, text, reason));
    }

    /** End an execution that asked for what the engine cannot hold. */
    void failExecution(String execution, String reason) {
        onClerk(() -> failedExecutions.fail(execution, reason, true));
    }

    private void setAside(String queue, String number, String key, String text, String reason) {
        String execution = executionOf(queue, key, text);
        String name = "no file";
        try {
            name = folder.write(queue, number, key, execution, text, reason);
        } catch (IOException problem) {
            LOG.error("A message that was set aside could not be kept: {}", text, problem);
        }
        String what = "The engine could not process a message of the queue %s and has set it aside (%s): %s"
            .formatted(queue.substring(queue.lastIndexOf('.') + 1), name, reason);
        LOG.error("{}. Execution: {}", what, execution);
        if (execution != null) {
            failedExecutions.fail(execution, what, !queue.equals(ExecutionKilled.class.getName()));
        }
    }

    /** The messages that the last process was about to process, as far as they are about executions. */
    private List<InterruptedMessage> interrupted() {
        return leftInFlight.stream()
            .flatMap(offset -> fetch("SELECT \"type\", \"key\", \"value\" FROM queues WHERE \"offset\" = ?", offset).stream())
            .map(row -> {
                String queue = row.get(0, String.class), text = row.get(2, String.class);
                return new InterruptedMessage(queue, executionOf(queue, row.get(1, String.class), text), text);
            })
            .filter(message -> message.execution() != null)
            .toList();
    }

    /** Take a message out of its queue that has taken the engine down. */
    private void setAsideMessage(long offset) {
        fetch("SELECT \"type\", \"key\", \"value\" FROM queues WHERE \"offset\" = ?", offset).forEach(row -> {
            setAside(
                row.get(0, String.class), String.valueOf(offset), row.get(1, String.class), row.get(2, String.class),
                "the engine ended while it did so");
            execute("DELETE FROM queues WHERE \"offset\" = ?", offset);
        });
    }

    /** The tasks that ran when the last engine ended; each would be started again. */
    private List<String> runningJobs() {
        return fetch("SELECT \"key\" FROM worker_job_running").map(row -> row.get(0, String.class));
    }

    /** Do not start a task again that has taken the engine down. */
    private void setAsideJob(String key) {
        fetch("SELECT \"value\" FROM worker_job_running WHERE \"key\" = ?", key).forEach(row -> {
            setAside(
                WorkerJobRunning.class.getName(), key, key, row.get(0, String.class),
                "Java ran out of memory while this task ran");
            execute("DELETE FROM worker_job_running WHERE \"key\" = ?", key);
        });
    }

    private Result<Record> fetch(String query, Object... values) {
        return database().transactionResult(configuration -> DSL.using(configuration).fetch(query, values));
    }

    private void execute(String statement, Object... values) {
        database().transaction(configuration -> DSL.using(configuration).execute(statement, values));
    }

    private String keyOf(long offset) {
        return first(fetch("SELECT \"key\" FROM queues WHERE \"offset\" = ?", offset));
    }

    private String executionOf(String queue, String key, String text) {
        String named = SetAside.execution(queue, text);
        if (named != null || key == null) {
            return named;
        }
        if (queue.equals(Execution.class.getName())) {
            return key;
        }
        return first(fetch(EXECUTION_OF_TASK_RUN, "\"id\":\"" + key + "\""));
    }

    private static String first(Result<Record> rows) {
        return rows.isEmpty() ? null : rows.getFirst().get(0, String.class);
    }

    /** Whether the database answers a query. */
    public boolean isDatabaseUp() {
        try {
            return CompletableFuture
                .supplyAsync(() -> database().transactionResult(configuration -> DSL.using(configuration).fetch("SELECT 1")))
                .get(DATABASE_SECONDS, TimeUnit.SECONDS) != null;
        } catch (ExecutionException | TimeoutException problem) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private JooqDSLContextWrapper database() {
        return context.getBean(JooqDSLContextWrapper.class);
    }

    private void onClerk(Runnable work) {
        try {
            clerk.submit(work).get(FAIL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException problem) {
            LOG.error("A message could not be set aside in order", problem);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
