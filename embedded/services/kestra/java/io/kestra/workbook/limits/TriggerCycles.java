package io.kestra.workbook.limits;

import io.kestra.core.models.conditions.Condition;
import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.triggers.AbstractTrigger;
import io.kestra.plugin.core.condition.ExecutionFlow;
import io.kestra.plugin.core.condition.ExecutionNamespace;
import io.kestra.plugin.core.condition.ExecutionStatus;
import io.kestra.plugin.core.condition.MultipleCondition;
import io.kestra.plugin.core.condition.Or;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Flows whose triggers start each other in a circle, without end.
 *
 * <p>Only triggers count that nothing else decides than names, namespaces and states: a condition on labels, outputs, a
 * date or an expression may end the circle. So may a trigger that takes failures only, as the next execution may succeed:
 * one counts if it takes a state that each sound execution comes to. A trigger that waits for several flows fires when all
 * of them are started; one that names no flow fires after any other flow, and one of these alone makes no circle, as the
 * engine lets no flow start itself.
 */
final class TriggerCycles {
    /** What each execution comes to that nothing goes wrong in. */
    private static final Set<State.Type> SOUND = Set.of(State.Type.CREATED, State.Type.RUNNING, State.Type.SUCCESS);

    /** A flow of the server. */
    private record Name(String namespace, String id) {
        static Name of(Flow flow) {
            return new Name(flow.getNamespace(), flow.getId());
        }

        @Override
        public String toString() {
            return namespace + "." + id;
        }
    }

    /** What fires a trigger. */
    private interface Cause {
        /**
         * The flow with which the trigger's conditions are met; null if they are not.
         *
         * @param owner has the trigger.
         * @param started the flow that begins the circle, and those that follow.
         */
        Name of(Name owner, Set<Name> started);
    }

    private TriggerCycles() {
    }

    /** Whether a flow has a trigger that an execution of another flow fires. */
    static boolean isTriggered(Flow flow) {
        return !flow.isDisabled() && !causes(flow).isEmpty();
    }

    /**
     * The circle that a flow closes: names of flows of which each starts the next, the flow itself first and last. Empty
     * if there is none.
     *
     * @param others the other flows of the server; an older revision of the flow among them does not count.
     */
    static List<String> cycleOf(Flow flow, Collection<? extends Flow> others) {
        Name self = Name.of(flow);
        Map<Name, List<Cause>> causes = new LinkedHashMap<>();
        others.stream().filter(TriggerCycles::isTriggered).forEach(other -> causes.put(Name.of(other), causes(other)));
        causes.remove(self);
        // Each flow that follows, with the one after which it starts.
        Map<Name, Name> started = new LinkedHashMap<>();
        started.put(self, null);
        boolean isChanged = true;
        while (isChanged) {
            isChanged = false;
            for (var other : causes.entrySet()) {
                Name cause = started.containsKey(other.getKey())
                    ? null : cause(other.getValue(), other.getKey(), started.keySet());
                if (cause != null) {
                    started.put(other.getKey(), cause);
                    isChanged = true;
                }
            }
        }
        Name last = cause(causes(flow), self, started.keySet());
        return last == null || last.equals(self) ? List.of() : path(last, started);
    }

    /** The flow with which one of the alternatives is complete; null if none is. */
    private static Name cause(List<Cause> alternatives, Name owner, Set<Name> started) {
        for (Cause alternative : alternatives) {
            Name cause = alternative.of(owner, started);
            if (cause != null) {
                return cause;
            }
        }
        return null;
    }

    private static List<String> path(Name last, Map<Name, Name> started) {
        var path = new ArrayDeque<String>();
        Name first = started.keySet().iterator().next();
        path.add(first.toString());
        for (Name name = last; name != null; name = started.get(name)) {
            path.addFirst(name.toString());
        }
        return List.copyOf(path);
    }

    /** What fires one of a flow's triggers, each an alternative. */
    private static List<Cause> causes(Flow flow) {
        List<Cause> causes = new ArrayList<>();
        if (flow.getTriggers() != null) {
            for (AbstractTrigger trigger : flow.getTriggers()) {
                if (trigger instanceof io.kestra.plugin.core.trigger.Flow onFlow && !trigger.isDisabled()) {
                    causes.addAll(causes(onFlow));
                }
            }
        }
        return causes;
    }

    private static List<Cause> causes(io.kestra.plugin.core.trigger.Flow trigger) {
        List<Condition> conditions = trigger.getConditions() == null ? List.of() : trigger.getConditions();
        Set<State.Type> states = sound(trigger.getStates());
        if (states.isEmpty() || !conditions.stream().allMatch(condition -> isPlain(condition, states))) {
            return List.of();
        }
        if (trigger.getPreconditions() != null) {
            return causes(trigger.getPreconditions());
        }
        List<Set<Name>> named = conditions.stream().map(TriggerCycles::names).filter(names -> !names.isEmpty())
            .findFirst().orElse(List.of());
        return named.isEmpty()
            ? List.of(afterAny(conditions.stream().map(TriggerCycles::namespaces).reduce(Predicate::and).orElse(all -> true)))
            : named.stream().map(TriggerCycles::afterAll).toList();
    }

    private static List<Cause> causes(io.kestra.plugin.core.trigger.Flow.Preconditions preconditions) {
        boolean isDecided = preconditions.getFlows() == null || preconditions.getFlows().isEmpty()
            || preconditions.getWhere() != null && !preconditions.getWhere().isEmpty();
        Set<Name> all = new LinkedHashSet<>();
        if (!isDecided) {
            for (var upstream : preconditions.getFlows()) {
                isDecided |= upstream.getLabels() != null && !upstream.getLabels().isEmpty()
                    || upstream.getFlowId() == null || sound(upstream.getStates()).isEmpty();
                all.add(new Name(upstream.getNamespace(), upstream.getFlowId()));
            }
        }
        return isDecided ? List.of() : List.of(afterAll(all));
    }

    private static Cause afterAll(Set<Name> all) {
        return (owner, started) -> {
            if (!started.containsAll(all)) {
                return null;
            }
            Name first = started.iterator().next();
            return all.stream().filter(name -> !name.equals(first)).findFirst().orElse(first);
        };
    }

    private static Cause afterAny(Predicate<Name> taken) {
        return (owner, started) -> started.stream()
            .filter(name -> !name.equals(owner))
            .filter(taken)
            .findFirst()
            .orElse(null);
    }

    /** The states of a list that each sound execution comes to; all of these if there is no list. */
    private static Set<State.Type> sound(List<State.Type> states) {
        if (states == null) {
            return SOUND;
        }
        var sound = new LinkedHashSet<>(states);
        sound.retainAll(SOUND);
        return sound;
    }

    /** Whether a condition asks for nothing but names, namespaces and states, and lets one of some states pass. */
    private static boolean isPlain(Condition condition, Set<State.Type> states) {
        return switch (condition) {
            case Or or -> or.getConditions().stream().allMatch(one -> isPlain(one, states));
            case MultipleCondition multiple ->
                multiple.getConditions().values().stream().allMatch(one -> isPlain(one, states));
            case ExecutionStatus status -> states.stream().anyMatch(state -> isTaken(status, state));
            case ExecutionNamespace namespace -> isLiteral(namespace.getNamespace());
            default -> condition instanceof ExecutionFlow;
        };
    }

    private static boolean isTaken(ExecutionStatus status, State.Type state) {
        return (status.getIn() == null || isLiteral(status.getIn()) && words(status.getIn()).contains(state.name()))
            && (status.getNotIn() == null || isLiteral(status.getNotIn()) && !words(status.getNotIn()).contains(state.name()));
    }

    /** Which flows a condition takes by their namespace. */
    private static Predicate<Name> namespaces(Condition condition) {
        if (!(condition instanceof ExecutionNamespace wanted)) {
            return all -> true;
        }
        String text = String.valueOf(wanted.getNamespace());
        String usual = words(wanted.getPrefix()).contains("true") ? "PREFIX" : "EQUALS";
        return switch (wanted.getComparison() == null ? usual : String.valueOf(wanted.getComparison())) {
            case "EQUALS" -> name -> name.namespace().equals(text);
            case "PREFIX" -> name -> name.namespace().startsWith(text);
            case "SUFFIX" -> name -> name.namespace().endsWith(text);
            default -> name -> false;
        };
    }

    private static boolean isLiteral(Property<?> property) {
        String text = String.valueOf(property);
        return !text.contains("{{") && !text.contains("{%");
    }

    private static Set<String> words(Property<?> property) {
        return Set.copyOf(List.of(String.valueOf(property).split("\\W+")));
    }

    private static List<Set<Name>> names(Condition condition) {
        return switch (condition) {
            case ExecutionFlow flow ->
                List.of(Set.of(new Name(String.valueOf(flow.getNamespace()), String.valueOf(flow.getFlowId()))));
            case Or or -> or.getConditions().stream().flatMap(one -> names(one).stream()).toList();
            case MultipleCondition multiple -> {
                Set<Name> all = new LinkedHashSet<>();
                multiple.getConditions().values().forEach(one -> names(one).forEach(all::addAll));
                yield all.isEmpty() ? List.of() : List.of(all);
            }
            default -> List.of();
        };
    }
}
