package io.kestra.workbook.limits;

import io.kestra.core.models.validations.KestraConstraintViolationException;
import io.kestra.core.models.validations.ManualConstraintViolation;
import io.kestra.core.models.validations.ModelValidator;
import io.micronaut.validation.validator.Validator;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The engine's validation, and {@link FlowLimits} after it. */
public final class LimitedValidator extends ModelValidator {
    private final Supplier<Validator> validator;

    public LimitedValidator(Supplier<Validator> validator) {
        this.validator = validator;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Optional<ConstraintViolationException> isValid(T model) {
        Set<ConstraintViolation<T>> violations = new LinkedHashSet<>(validator.get().validate(model));
        for (var problem : FlowLimits.check(model)) {
            violations.add(ManualConstraintViolation.of(
                problem.message(), model, (Class<T>) model.getClass(), problem.path(), problem.value()));
        }
        return violations.isEmpty()
            ? Optional.empty()
            : Optional.of(new KestraConstraintViolationException(violations));
    }
}
