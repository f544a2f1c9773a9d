package io.kestra.workbook.limits;

import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.validations.KestraConstraintViolationException;
import io.kestra.core.models.validations.ManualConstraintViolation;
import io.kestra.core.models.validations.ModelValidator;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.micronaut.validation.validator.Validator;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The engine's validation, and {@link FlowLimits} and {@link TriggerCycles} after it. */
public final class LimitedValidator extends ModelValidator {
    private static final String CYCLE =
        "start flows in a circle without end: %s; take one of these triggers away, or give it a condition that ends it";

    private final Supplier<Validator> validator;
    private final Supplier<FlowRepositoryInterface> flows;

    /**
     * @param validator the engine's own.
     * @param flows those of the server.
     */
    public LimitedValidator(Supplier<Validator> validator, Supplier<FlowRepositoryInterface> flows) {
        this.validator = validator;
        this.flows = flows;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Optional<ConstraintViolationException> isValid(T model) {
        Set<ConstraintViolation<T>> violations = new LinkedHashSet<>(validator.get().validate(model));
        var problems = new ArrayList<>(FlowLimits.check(model));
        if (model instanceof Flow flow && TriggerCycles.isTriggered(flow)) {
            var cycle = TriggerCycles.cycleOf(flow, flows.get().findAllForAllTenants());
            if (!cycle.isEmpty()) {
                problems.add(new FlowLimits.Problem("triggers", CYCLE.formatted(String.join(" -> ", cycle)), flow.getId()));
            }
        }
        for (var problem : problems) {
            violations.add(ManualConstraintViolation.of(
                problem.message(), model, (Class<T>) model.getClass(), problem.path(), problem.value()));
        }
        return violations.isEmpty()
            ? Optional.empty()
            : Optional.of(new KestraConstraintViolationException(violations));
    }
}
