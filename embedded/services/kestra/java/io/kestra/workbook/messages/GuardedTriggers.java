package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.models.conditions.ConditionContext;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.triggers.AbstractTrigger;
import io.kestra.core.models.triggers.Backfill;
import io.kestra.core.models.triggers.Trigger;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.runners.ScheduleContextInterface;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.jdbc.repository.AbstractJdbcTriggerRepository;
import io.kestra.jdbc.runner.JdbcSchedulerTriggerState;
import io.kestra.plugin.core.trigger.Schedule;
import io.kestra.repository.h2.H2Repository;
import io.kestra.workbook.limits.FlowLimits;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states of triggers, with which the scheduler goes on when one of them cannot be read or stored: it is set aside, and
 * its trigger is not evaluated until the next start or the next revision of its flow. And a backfill that the API begins,
 * pauses or deletes stays so, where the engine would write an older state over it.
 */
final class GuardedTriggers extends JdbcSchedulerTriggerState {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedTriggers.class);

    private final AbstractJdbcTriggerRepository triggers;
    private final H2Repository<Trigger> rows;
    private final EngineGuard engine;
    private final Supplier<FlowRepositoryInterface> flows;
    private final Set<String> condemned = ConcurrentHashMap.newKeySet();
    /** Those that have a next date, or are no schedules. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    GuardedTriggers(
        AbstractJdbcTriggerRepository triggers,
        H2Repository<Trigger> rows,
        Supplier<FlowRepositoryInterface> flows,
        EngineGuard engine) {
        super(triggers);
        this.triggers = triggers;
        this.rows = rows;
        this.flows = flows;
        this.engine = engine;
        UnreadableRows.setAside(Trigger.class, rows, engine);
        initTriggerEvaluateRunning(); // as the container does for the class that this one replaces
    }

    @Override
    public List<Trigger> findByNextExecutionDateReadyForAllTenants(ZonedDateTime now, ScheduleContextInterface context) {
        try {
            return super.findByNextExecutionDateReadyForAllTenants(now, context).stream()
                .filter(trigger -> !condemned.contains(trigger.uid()) && comes(trigger))
                .toList();
        } catch (DeserializationException unreadable) {
            UnreadableRows.setAside(Trigger.class, rows, engine);
            return List.of(); // the scheduler asks again in a second
        }
    }

    /**
     * Whether a trigger that is due can have a next date. A schedule that cannot would fail, and log it, each second: it
     * is passed over until the next start or the next revision of its flow.
     */
    private boolean comes(Trigger trigger) {
        if (known.contains(trigger.uid())) {
            return true;
        }
        var never = flows.get().findById(trigger.getTenantId(), trigger.getNamespace(), trigger.getFlowId()).stream()
            .filter(flow -> flow.getTriggers() != null)
            .flatMap(flow -> flow.getTriggers().stream())
            .filter(one -> one.getId().equals(trigger.getTriggerId()))
            .filter(one -> one instanceof Schedule schedule && FlowLimits.neverComes(schedule))
            .map(one -> (Schedule) one)
            .findFirst();
        if (never.isEmpty()) {
            known.add(trigger.uid());
            return true;
        }
        condemned.add(trigger.uid());
        LOG.warn("The trigger {} of the flow {}.{} has no next date and is not evaluated: '{}' never comes",
            trigger.getTriggerId(), trigger.getNamespace(), trigger.getFlowId(), never.get().getCron());
        return false;
    }

    @Override
    public Trigger save(Trigger trigger, ScheduleContextInterface context, String origin) {
        try {
            return super.save(trigger, context, origin);
        } catch (RuntimeException problem) {
            if (engine.isOver(problem) || Problems.isTransient(problem)) {
                throw problem;
            }
            condemned.add(trigger.uid());
            engine.setAside(Trigger.class, trigger.uid(), text(trigger), Problems.text(problem));
            return trigger;
        }
    }

    /** Note that an execution has ended, or what an evaluation has found. The state was read before, without a lock. */
    @Override
    public Trigger update(Trigger trigger) {
        Trigger updated = triggers.lock(trigger.uid(), current -> withPresentBackfill(trigger, current));
        return updated == null ? super.update(trigger) : updated;
    }

    private static Trigger withPresentBackfill(Trigger trigger, Trigger current) {
        var updated = trigger.toBuilder();
        updated.disabled(trigger.getDisabled() || current.getDisabled());
        if (!isSame(trigger.getBackfill(), current.getBackfill())) {
            updated.backfill(current.getBackfill()).nextExecutionDate(current.getNextExecutionDate());
        }
        return updated.build();
    }

    private static boolean isSame(Backfill one, Backfill other) {
        if (one == null || other == null) {
            return one == other;
        }
        return one.getPaused().equals(other.getPaused())
            && one.getStart().isEqual(other.getStart())
            && one.getEnd().isEqual(other.getEnd());
    }

    @Override
    public Trigger create(Trigger trigger) {
        forget(trigger.uid());
        return super.create(trigger);
    }

    /** The flow has a new revision. */
    @Override
    public Trigger update(FlowWithSource flow, AbstractTrigger trigger, ConditionContext context) {
        forget(Trigger.uid(flow, trigger));
        return super.update(flow, trigger, context);
    }

    private void forget(String uid) {
        condemned.remove(uid);
        known.remove(uid);
    }

    private static String text(Trigger trigger) {
        try {
            return JacksonMapper.ofJson().writeValueAsString(trigger);
        } catch (JsonProcessingException impossible) {
            return trigger.uid();
        }
    }
}
