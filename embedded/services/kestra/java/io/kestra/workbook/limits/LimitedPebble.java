package io.kestra.workbook.limits;

import io.kestra.core.runners.VariableRenderer;
import io.kestra.core.runners.pebble.PebbleEngineFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import io.pebbletemplates.pebble.PebbleEngine;
import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.extension.AbstractExtension;
import io.pebbletemplates.pebble.extension.Extension;
import io.pebbletemplates.pebble.extension.Function;
import io.pebbletemplates.pebble.extension.core.RangeFunction;
import io.pebbletemplates.pebble.lexer.Syntax;
import io.pebbletemplates.pebble.template.EvaluationContext;
import io.pebbletemplates.pebble.template.PebbleTemplate;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;

/**
 * The engine's expressions, with an end to what one renders: a loop of a hundred million rounds would take all the memory,
 * and the engine with it. The expression fails instead, and its task, or the request that asked for it.
 */
public final class LimitedPebble extends PebbleEngineFactory {
    /** Characters of a rendered text. */
    public static final int CHARACTERS = 1 << 24;
    /** Values of a range. */
    public static final int VALUES = 1_000_000;

    public LimitedPebble(ApplicationContext context) {
        super(
            context,
            context.getBean(VariableRenderer.VariableConfiguration.class),
            context.findBean(MeterRegistry.class).orElse(null));
    }

    @Override
    public PebbleEngine create() {
        return limited(super.create());
    }

    @Override
    public PebbleEngine createWithCustomSyntax(Syntax syntax, Class<? extends Extension> extension) {
        return limited(super.createWithCustomSyntax(syntax, extension));
    }

    @Override
    public PebbleEngine createWithMaskedFunctions(VariableRenderer renderer, List<String> functions) {
        return limited(super.createWithMaskedFunctions(renderer, functions));
    }

    /** Its builder has a method for this, and the engine keeps its builder to itself. */
    private static PebbleEngine limited(PebbleEngine engine) {
        try {
            Field size = PebbleEngine.class.getDeclaredField("maxRenderedSize");
            size.setAccessible(true);
            size.setInt(engine, CHARACTERS);
            return engine;
        } catch (ReflectiveOperationException another) {
            throw new IllegalStateException("Pebble has no field maxRenderedSize: set the size in another way", another);
        }
    }

    /** A range that has an end. */
    public static final class Range extends AbstractExtension {
        @Override
        public Map<String, Function> getFunctions() {
            return Map.of(RangeFunction.FUNCTION_NAME, new LimitedRange());
        }
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
