package io.kestra.workbook;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A type whose properties must fit together: it says itself what is wrong with them. */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = Checked.Validator.class)
public @interface Checked {
    String message() default "its properties do not fit together";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** What such a type has to say. */
    interface Subject {
        /** What is wrong; null if nothing is. */
        String findProblem();
    }

    /** Asks the type. */
    final class Validator implements ConstraintValidator<Checked, Subject> {
        @Override
        public boolean isValid(Subject subject, ConstraintValidatorContext context) {
            String problem = subject == null ? null : subject.findProblem();
            if (problem == null) {
                return true;
            }
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate(problem).addConstraintViolation();
            return false;
        }
    }
}
