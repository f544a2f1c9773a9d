package io.kestra.workbook.limits;

import io.kestra.core.models.conditions.Condition;
import io.kestra.core.models.flows.Flow;
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

/**
 * Flows whose triggers start each other in a circle, without end.
 *
 * <p>Only triggers that name flows count, and only those that nothing else decides: a condition on labels, outputs, a
 * date or an expression may end the circle. A trigger that waits for several flows fires when all of them are started.
 */
final class TriggerCycles {
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
        String self = name(flow);
        Map<String, List<Set<String>>> causes = new LinkedHashMap<>();
        others.stream().filter(TriggerCycles::isTriggered).forEach(other -> causes.put(name(other), causes(other)));
        causes.remove(self);
        // Each flow that follows, with the one after which it starts.
        Map<String, String> started = new LinkedHashMap<>();
        boolean isChanged = true;
        while (isChanged) {
            isChanged = false;
            for (var other : causes.entrySet()) {
                String cause = started.containsKey(other.getKey()) ? null : cause(other.getValue(), self, started);
                if (cause != null) {
                    started.put(other.getKey(), cause);
                    isChanged = true;
                }
            }
        }
        String last = cause(causes(flow), self, started);
        return last == null || last.equals(self) ? List.of() : path(self, last, started);
    }

    /** The flow with which one of the alternatives is complete; null if none is. */
    private static String cause(List<Set<String>> alternatives, String self, Map<String, String> started) {
        return alternatives.stream()
            .filter(all -> all.stream().allMatch(name -> name.equals(self) || started.containsKey(name)))
            .map(all -> all.stream().filter(started::containsKey).findFirst().orElse(self))
            .findFirst()
            .orElse(null);
    }

    private static List<String> path(String self, String last, Map<String, String> started) {
        var path = new ArrayDeque<>(List.of(self));
        for (String name = last; !name.equals(self); name = started.get(name)) {
            path.addFirst(name);
        }
        path.addFirst(self);
        return List.copyOf(path);
    }

    /** What fires one of a flow's triggers: each alternative is a set of flows that have all run. */
    private static List<Set<String>> causes(Flow flow) {
        List<Set<String>> causes = new ArrayList<>();
        if (flow.getTriggers() != null) {
            for (AbstractTrigger trigger : flow.getTriggers()) {
                if (trigger instanceof io.kestra.plugin.core.trigger.Flow onFlow && !trigger.isDisabled()) {
                    causes.addAll(causes(onFlow));
                }
            }
        }
        return causes;
    }

    private static List<Set<String>> causes(io.kestra.plugin.core.trigger.Flow trigger) {
        List<Condition> conditions = trigger.getConditions() == null ? List.of() : trigger.getConditions();
        var preconditions = trigger.getPreconditions();
        if (!conditions.stream().allMatch(TriggerCycles::isPlain)) {
            return List.of();
        }
        List<Set<String>> named = conditions.stream().map(TriggerCycles::names).filter(names -> !names.isEmpty())
            .findFirst().orElse(List.of());
        if (preconditions == null || preconditions.getFlows() == null) {
            return named;
        }
        boolean isDecided = preconditions.getWhere() != null && !preconditions.getWhere().isEmpty();
        Set<String> all = new LinkedHashSet<>();
        for (var upstream : preconditions.getFlows()) {
            isDecided |= upstream.getLabels() != null && !upstream.getLabels().isEmpty() || upstream.getFlowId() == null;
            all.add(upstream.getNamespace() + "." + upstream.getFlowId());
        }
        return isDecided || all.isEmpty() ? List.of() : List.of(all);
    }

    /** Whether a condition asks for nothing but names and states. */
    private static boolean isPlain(Condition condition) {
        return switch (condition) {
            case Or or -> or.getConditions().stream().allMatch(TriggerCycles::isPlain);
            case MultipleCondition multiple -> multiple.getConditions().values().stream().allMatch(TriggerCycles::isPlain);
            default -> condition instanceof ExecutionFlow || condition instanceof ExecutionNamespace
                || condition instanceof ExecutionStatus;
        };
    }

    private static List<Set<String>> names(Condition condition) {
        return switch (condition) {
            case ExecutionFlow flow -> List.of(Set.of(flow.getNamespace() + "." + flow.getFlowId()));
            case Or or -> or.getConditions().stream().flatMap(one -> names(one).stream()).toList();
            case MultipleCondition multiple -> {
                Set<String> all = new LinkedHashSet<>();
                multiple.getConditions().values().forEach(one -> names(one).forEach(all::addAll));
                yield all.isEmpty() ? List.of() : List.of(all);
            }
            default -> List.of();
        };
    }

    private static String name(Flow flow) {
        return flow.getNamespace() + "." + flow.getId();
    }
}
