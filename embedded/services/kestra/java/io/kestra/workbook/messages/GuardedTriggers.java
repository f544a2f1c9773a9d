package io.kestra.workbook.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.kestra.core.exceptions.DeserializationException;
import io.kestra.core.models.triggers.Backfill;
import io.kestra.core.models.triggers.Trigger;
import io.kestra.core.runners.ScheduleContextInterface;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.jdbc.repository.AbstractJdbcTriggerRepository;
import io.kestra.jdbc.runner.JdbcSchedulerTriggerState;
import io.kestra.repository.h2.H2Repository;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The states of triggers, with which the scheduler goes on when one of them cannot be read or stored: it is set aside, and
 * its trigger is not evaluated until the next start or the next revision of its flow. And a backfill that the API begins,
 * pauses or deletes stays so, where the engine would write an older state over it.
 */
final class GuardedTriggers extends JdbcSchedulerTriggerState {
    private final AbstractJdbcTriggerRepository triggers;
    private final H2Repository<Trigger> rows;
    private final EngineGuard engine;
    private final Set<String> condemned = ConcurrentHashMap.newKeySet();

    GuardedTriggers(AbstractJdbcTriggerRepository triggers, H2Repository<Trigger> rows, EngineGuard engine) {
        super(triggers);
        this.triggers = triggers;
        this.rows = rows;
        this.engine = engine;
        UnreadableRows.setAside(Trigger.class, rows, engine);
        initTriggerEvaluateRunning(); // as the container does for the class that this one replaces
    }

    @Override
    public List<Trigger> findByNextExecutionDateReadyForAllTenants(ZonedDateTime now, ScheduleContextInterface context) {
        try {
            return super.findByNextExecutionDateReadyForAllTenants(now, context).stream()
                .filter(trigger -> !condemned.contains(trigger.uid()))
                .toList();
        } catch (DeserializationException unreadable) {
            UnreadableRows.setAside(Trigger.class, rows, engine);
            return List.of(); // the scheduler asks again in a second
        }
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
        condemned.remove(trigger.uid());
        return super.create(trigger);
    }

    private static String text(Trigger trigger) {
        try {
            return JacksonMapper.ofJson().writeValueAsString(trigger);
        } catch (JsonProcessingException impossible) {
            return trigger.uid();
        }
    }
}
