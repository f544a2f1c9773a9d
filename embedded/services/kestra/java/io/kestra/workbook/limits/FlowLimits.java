package io.kestra.workbook.limits;

import com.cronutils.model.time.ExecutionTime;
import io.kestra.core.models.conditions.Condition;
import io.kestra.core.models.flows.FlowInterface;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Task;
import io.kestra.plugin.core.condition.ExecutionFlow;
import io.kestra.plugin.core.trigger.Flow;
import io.kestra.plugin.core.trigger.Schedule;
import io.kestra.workbook.TimeLimits;
import io.kestra.workbook.limits.LoopLimits.Loop;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a flow may ask of the engine, beyond what the engine itself checks: each limit is one that its database, its
 * calendar or its memory has, and that would stop it or an execution only when it is reached.
 */
public final class FlowLimits {
    private static final String OWN_CLASSES = "io.kestra.";
    private static final Pattern LATE_DATE = Pattern.compile("^\\+?\\d{5,}-\\d\\d.*");

    /** A value beyond a limit: where it stands in the flow, and what is wrong. */
    public record Problem(String path, String message, Object value) {
    }

    private final FlowInterface flow;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private FlowLimits(FlowInterface flow) {
        this.flow = flow;
    }

    /** What a flow, or a task or trigger by itself, asks too much of. */
    public static List<Problem> check(Object model) {
        var limits = new FlowLimits(model instanceof FlowInterface flow ? flow : null);
        limits.visit(model, "");
        return limits.problems;
    }

    private void visit(Object value, String path) {
        switch (value) {
            case null -> { }
            case String text -> checkText(text, path);
            case Duration duration -> checkDuration(duration, path);
            case TemporalAccessor moment -> checkMoment(moment, path);
            case Map<?, ?> map -> map.forEach((key, item) -> visit(item, join(path, String.valueOf(key))));
            case Collection<?> items -> {
                int index = 0;
                for (Object item : items) {
                    visit(item, path + "[" + index++ + "]");
                }
            }
            default -> visitFields(value, path);
        }
    }

    private void visitFields(Object owner, String path) {
        if (owner instanceof Enum || !owner.getClass().getName().startsWith(OWN_CLASSES) || !seen.add(owner)) {
            return;
        }
        checkKind(owner, path);
        for (Class<?> type = owner.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                    visitField(owner, field, join(path, field.getName()));
                }
            }
        }
    }

    private void visitField(Object owner, Field field, String path) {
        Object value = value(owner, field);
        if (value instanceof Property<?> property) {
            checkProperty(property, field.getGenericType(), path);
        } else {
            visit(value, path);
        }
    }

    private void checkKind(Object owner, String path) {
        switch (owner) {
            case Schedule schedule -> checkSchedule(schedule, path);
            case Flow trigger -> checkTrigger(trigger, path);
            case Task task when Loop.of(task) != null -> checkLoop(Loop.of(task), path);
            default -> { }
        }
    }

    private void checkText(String text, String path) {
        if (!Texts.isUnicode(text)) {
            add(path, "is no valid Unicode text: it holds half of a surrogate pair", Texts.mended(text));
        }
    }

    private void checkDuration(Duration duration, String path) {
        if (duration.compareTo(TimeLimits.LONGEST) > 0 || duration.compareTo(TimeLimits.LONGEST.negated()) < 0) {
            add(path, "must be at most ten years (P%dD), and is %s".formatted(TimeLimits.LONGEST.toDays(), duration), duration);
        }
    }

    private void checkMoment(TemporalAccessor moment, String path) {
        if (moment.isSupported(ChronoField.YEAR) && moment.get(ChronoField.YEAR) > TimeLimits.LAST_YEAR) {
            add(path, "must be a date of the year %d at the latest, and is %s".formatted(TimeLimits.LAST_YEAR, moment), moment);
        }
    }

    /** An expression is checked where it holds no variable. */
    private void checkProperty(Property<?> property, Type declared, String path) {
        String text = String.valueOf(property);
        checkText(text, path);
        if (declared instanceof ParameterizedType generic && generic.getActualTypeArguments()[0] instanceof Class<?> type) {
            if (type == Duration.class) {
                try {
                    checkDuration(Duration.parse(text), path);
                } catch (DateTimeParseException expression) {
                    return; // the engine renders it, and says what is wrong with it
                }
            } else if (TemporalAccessor.class.isAssignableFrom(type) && LATE_DATE.matcher(text).matches()) {
                add(path, "must be a date of the year %d at the latest, and is %s".formatted(TimeLimits.LAST_YEAR, text), text);
            }
        }
    }

    private void checkSchedule(Schedule schedule, String path) {
        if (neverComes(schedule)) {
            add(join(path, "cron"), "has no next date: '%s' never comes".formatted(schedule.getCron()), schedule.getCron());
        }
    }

    /** Whether a schedule has no next date. The engine's own validation names one that cannot be read. */
    public static boolean neverComes(Schedule schedule) {
        try {
            var times = ExecutionTime.forCron(schedule.parseCron());
            return times.nextExecution(ZonedDateTime.now(ZoneId.of(schedule.getTimezone()))).isEmpty();
        } catch (RuntimeException invalid) {
            return false;
        }
    }

    private void checkTrigger(Flow trigger, String path) {
        if (flow == null) {
            return;
        }
        if (trigger.getConditions() != null) {
            for (Condition condition : trigger.getConditions()) {
                if (condition instanceof ExecutionFlow execution
                    && isOwn(String.valueOf(execution.getNamespace()), String.valueOf(execution.getFlowId()))) {
                    addOwn(join(path, "conditions"));
                }
            }
        }
        if (trigger.getPreconditions() != null && trigger.getPreconditions().getFlows() != null) {
            for (var upstream : trigger.getPreconditions().getFlows()) {
                if (isOwn(upstream.getNamespace(), upstream.getFlowId())) {
                    addOwn(join(path, "preconditions.flows"));
                }
            }
        }
    }

    private boolean isOwn(String namespace, String id) {
        return flow.getNamespace().equals(namespace) && flow.getId().equals(id);
    }

    private void addOwn(String path) {
        add(path, "may not name the flow itself: a flow does not start itself", flow.getId());
    }

    private void checkLoop(Loop loop, String path) {
        int count = LoopLimits.countOf(loop.values());
        String problem = LoopLimits.problemOf(count, loop);
        if (problem != null) {
            add(join(path, loop.property()), problem, count);
        }
    }

    private void add(String path, String message, Object value) {
        problems.add(new Problem(path, message, value));
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static Object value(Object owner, Field field) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException | RuntimeException hidden) {
            return null;
        }
    }
}
