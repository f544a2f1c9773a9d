package io.kestra.workbook;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.retrys.AbstractRetry;
import io.kestra.core.runners.RunContext;
import io.kestra.core.serializers.JacksonMapper;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Renders the public fields of a task or trigger to plain values. */
public final class Properties {
    private Properties() {
    }

    /**
     * The value of each {@code Property} and each {@code Object} after rendering, and of each boolean, number, text, choice, retry and group;
     * those that are not set are left out.
     */
    public static Map<String, Object> render(Object owner, RunContext runContext, Map<String, Object> variables) throws Exception {
        var values = new LinkedHashMap<String, Object>();
        for (Field field : owner.getClass().getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            Object value = field.get(owner);
            if (value instanceof Property<?> property) {
                value = render(property, field.getGenericType(), runContext, variables);
                if (value != null) {
                    values.put(field.getName(), value);
                }
            } else if (value instanceof PropertyGroup) {
                values.put(field.getName(), render(value, runContext, variables));
            } else if (field.getType() == Object.class && value != null) {
                values.put(field.getName(), renderAny(value, runContext, variables));
            } else if (value instanceof Boolean || value instanceof String || value instanceof Number
                || value instanceof Enum) {
                values.put(field.getName(), value);
            } else if (value instanceof AbstractRetry retry) {
                values.put(field.getName(), JacksonMapper.toMap(retry));
            }
        }
        return values;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object render(Property property, Type declared, RunContext runContext, Map<String, Object> variables)
        throws Exception {
        var rendered = runContext.render(property);
        Type wanted = ((ParameterizedType) declared).getActualTypeArguments()[0];
        if (wanted instanceof ParameterizedType generic) {
            Type[] parts = generic.getActualTypeArguments();
            return generic.getRawType() == List.class
                ? rendered.asList(raw(parts[0]), variables)
                : rendered.asMap(raw(parts[0]), raw(parts[1]), variables);
        }
        return rendered.as((Class) wanted, variables).orElse(null);
    }

    /** A property that may be a text or an object, such as the body of a request. */
    @SuppressWarnings("unchecked")
    private static Object renderAny(Object value, RunContext runContext, Map<String, Object> variables) throws Exception {
        if (value instanceof String text) {
            return runContext.render(text, variables);
        }
        return value instanceof Map<?, ?> map ? runContext.render((Map<String, Object>) map, variables) : value;
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }
}
