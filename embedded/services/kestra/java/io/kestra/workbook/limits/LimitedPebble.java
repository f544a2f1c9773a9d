package io.kestra.workbook.limits;

import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.extension.AbstractExtension;
import io.pebbletemplates.pebble.extension.Function;
import io.pebbletemplates.pebble.extension.core.RangeFunction;
import io.pebbletemplates.pebble.template.EvaluationContext;
import io.pebbletemplates.pebble.template.PebbleTemplate;
import java.util.Map;

/**
 * A range of an expression has an end: a hundred million values would take all the memory, and the engine with it. The
 * expression fails instead, and its task, or the request that asked for it.
 *
 * <p>How long a rendered text may be is a limit of {@link io.kestra.core.runners.pebble.JsonWriter}.
 */
public final class LimitedPebble extends AbstractExtension {
    /** Values of a range. */
    public static final int VALUES = 1_000_000;

    @Override
    public Map<String, Function> getFunctions() {
        return Map.of(RangeFunction.FUNCTION_NAME, new LimitedRange());
    }

    private static final class LimitedRange extends RangeFunction {
        @Override
        public Object execute(
            Map<String, Object> arguments, PebbleTemplate template, EvaluationContext context, int line) {
            if (arguments.get("start") instanceof Number start && arguments.get("end") instanceof Number end) {
                double step = arguments.get("increment") instanceof Number increment ? increment.doubleValue() : 1;
                double count = Math.abs((end.doubleValue() - start.doubleValue()) / step);
                if (count > VALUES) {
                    throw new PebbleException(
                        null, "range has %.0f values, and %d are the most".formatted(count, VALUES), line,
                        template.getName());
                }
            }
            return super.execute(arguments, template, context, line);
        }
    }
}
