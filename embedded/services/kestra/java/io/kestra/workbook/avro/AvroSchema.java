package io.kestra.workbook.avro;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** The text is an Avro schema, or an expression that becomes one. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = AvroSchema.Validator.class)
public @interface AvroSchema {
    String message() default "invalid avro schema";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Parses the text. */
    class Validator implements ConstraintValidator<AvroSchema, String> {
        @Override
        public boolean isValid(String value, ConstraintValidatorContext context) {
            if (value == null || value.contains("{{") || value.contains("{%")) {
                return true;
            }
            try {
                new Schema.Parser().parse(value);
                return true;
            } catch (AvroRuntimeException problem) {
                context.disableDefaultConstraintViolation();
                context.buildConstraintViolationWithTemplate(
                    verbatim("invalid avro schema '(" + value + ")': " + problem.getMessage())).addConstraintViolation();
                return false;
            }
        }

        /** A text in which braces and dollars stand for themselves. */
        private static String verbatim(String text) {
            return text.replaceAll("[\\\\{}$]", "\\\\$0");
        }
    }
}
