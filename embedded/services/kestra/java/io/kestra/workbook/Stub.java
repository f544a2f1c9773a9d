package io.kestra.workbook;

import io.kestra.core.exceptions.IllegalVariableEvaluationException;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.runners.RunContext;
import jakarta.validation.constraints.NotEmpty;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Stands in a flow test for a task that has a condition of its own. The engine's own fixtures pass a task over before
 * its {@code runIf} is looked at; this one is run, and skipped, as the task that it stands for.
 */
@Plugin
public class Stub extends Task implements RunnableTask<Stub.Given> {
    /** What the task ends with, and for which item of a loop; for all items without a value. */
    public record Fixture(String value, State.Type state, Map<String, Object> outputs) {
    }

    @NotEmpty
    public List<Fixture> fixtures;

    @Override
    public Given run(RunContext runContext) throws Exception {
        Fixture fixture = fixture(item(runContext));
        Map<String, Object> outputs = fixture.outputs() == null ? Map.of() : runContext.render(fixture.outputs());
        return new Given(outputs, fixture.state() == null ? State.Type.SUCCESS : fixture.state());
    }

    private static String item(RunContext runContext) {
        return runContext.getVariables().get("taskrun") instanceof Map<?, ?> run ? (String) run.get("value") : null;
    }

    private Fixture fixture(String item) throws IllegalVariableEvaluationException {
        return fixtures.stream()
            .filter(one -> Objects.equals(one.value(), item))
            .findFirst()
            .orElseThrow(() -> new IllegalVariableEvaluationException(
                item == null ? "The test has no fixture for this task outside of a loop" : "The test has no fixture for the item " + item));
    }

    /** The outputs and the state that were given. */
    public record Given(Map<String, Object> values, State.Type state) implements Output {
        @Override
        public Optional<State.Type> finalState() {
            return Optional.of(state);
        }

        @Override
        public Map<String, Object> toMap() {
            return values;
        }

        @Override
        public Map<String, Object> toMap(ZoneId zone) {
            return values;
        }
    }
}
