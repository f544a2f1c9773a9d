package io.kestra.core.runners.pebble;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kestra.core.serializers.JacksonMapper;
import io.pebbletemplates.pebble.error.PebbleException;
import io.pebbletemplates.pebble.extension.writer.SpecializedWriter;
import java.util.Collection;
import java.util.Map;

/**
 * Takes what an expression renders: texts as they are, lists and maps as JSON. Stands before the engine's class of the same
 * name on the class path.
 *
 * <p>What differs: the text has an end. Loops in loops would take all the memory, and the engine with it. Pebble's own
 * limit is not set, as it puts a writer of its own before this one, which knows no JSON.
 */
public class JsonWriter extends OutputWriter implements SpecializedWriter {
    /** Characters of what one expression renders. */
    public static final int LONGEST = 1 << 24;

    private static final ObjectMapper MAPPER = JacksonMapper.ofJson();

    private final StringBuilder text = new StringBuilder();
    private final int longest;
    private boolean hasOutput;

    public JsonWriter() {
        this(LONGEST);
    }

    /** With another limit than {@link #LONGEST}. */
    public JsonWriter(int longest) {
        this.longest = longest;
    }

    @Override
    public void writeSpecialized(int number) {
        add(String.valueOf(number));
    }

    @Override
    public void writeSpecialized(long number) {
        add(String.valueOf(number));
    }

    @Override
    public void writeSpecialized(double number) {
        add(String.valueOf(number));
    }

    @Override
    public void writeSpecialized(float number) {
        add(String.valueOf(number));
    }

    @Override
    public void writeSpecialized(short number) {
        add(String.valueOf(number));
    }

    @Override
    public void writeSpecialized(byte number) {
        add(String.valueOf(number));
    }

    @Override
    public void writeSpecialized(char character) {
        add(String.valueOf(character));
    }

    @Override
    public void writeSpecialized(String part) {
        if (part != null) {
            add(part);
        }
    }

    @Override
    public void write(Object value) {
        if (value instanceof Map || value instanceof Collection || value != null && value.getClass().isArray()) {
            try {
                add(MAPPER.writeValueAsString(value));
            } catch (JsonProcessingException problem) {
                throw Thrown.unchecked(problem);
            }
        } else if (value != null) {
            SpecializedWriter.super.write(value);
        }
    }

    @Override
    public void write(char[] characters, int start, int length) {
        if (length > 0) {
            add(String.valueOf(characters, start, length));
        }
    }

    private void add(String part) {
        append(text, part, longest);
        hasOutput = true;
    }

    /** Adds to a text that may have so many characters. */
    static void append(StringBuilder text, String part, int longest) {
        if (part.length() > longest - text.length()) {
            throw new PebbleException(null, "The text would be longer than %d characters, the most of an expression"
                .formatted(longest));
        }
        text.append(part);
    }

    @Override
    public void flush() {
        // it is in memory
    }

    @Override
    public void close() {
        // it is in memory
    }

    @Override
    public String toString() {
        return text.toString();
    }

    @Override
    public Object output() {
        return hasOutput ? toString() : null;
    }

    /** Throws checked errors as they are, as the engine's class does. */
    private static final class Thrown {
        @SuppressWarnings("unchecked")
        private static <E extends Throwable> RuntimeException unchecked(Throwable error) throws E {
            throw (E) error;
        }
    }
}
