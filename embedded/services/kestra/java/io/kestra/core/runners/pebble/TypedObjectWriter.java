package io.kestra.core.runners.pebble;

import io.pebbletemplates.pebble.extension.writer.SpecializedWriter;

/**
 * Takes what an expression renders that keeps its type: a single value as it is, several joined to a text. Stands before
 * the engine's class of the same name on the class path.
 *
 * <p>What differs: the text has an end, as that of {@link JsonWriter}, and each part is appended, where the engine copies
 * all that came before it.
 */
public class TypedObjectWriter extends OutputWriter implements SpecializedWriter {
    private final int longest;
    private Object single;
    private StringBuilder text;

    public TypedObjectWriter() {
        this(JsonWriter.LONGEST);
    }

    /** With another limit than {@link JsonWriter#LONGEST}. */
    public TypedObjectWriter(int longest) {
        this.longest = longest;
    }

    @Override
    public void writeSpecialized(int number) {
        add(number);
    }

    @Override
    public void writeSpecialized(long number) {
        add(number);
    }

    @Override
    public void writeSpecialized(double number) {
        add(number);
    }

    @Override
    public void writeSpecialized(float number) {
        add(number);
    }

    @Override
    public void writeSpecialized(short number) {
        add(number);
    }

    @Override
    public void writeSpecialized(byte number) {
        add(number);
    }

    @Override
    public void writeSpecialized(char character) {
        add(character);
    }

    @Override
    public void writeSpecialized(String part) {
        add(part);
    }

    @Override
    public void write(Object value) {
        if (value != null && single != null && isConcatenableScalar(value)) {
            SpecializedWriter.super.write(value);
        } else {
            add(value);
        }
    }

    @Override
    public void write(char[] characters, int start, int length) {
        add(String.valueOf(characters, start, length));
    }

    /** Whether a value can be a part of a text. */
    public static boolean isConcatenableScalar(Object value) {
        return value instanceof Boolean || value instanceof Character || value instanceof String || value instanceof Number;
    }

    private void add(Object value) {
        if (value == null) {
            return;
        }
        if (single == null) {
            single = value;
            return;
        }
        if (!isConcatenableScalar(single) || !isConcatenableScalar(value)) {
            throw new IllegalArgumentException(
                "Cannot concat %s with %s".formatted(typeSoFar(), value.getClass().getName()));
        }
        if (text == null) {
            text = new StringBuilder();
            JsonWriter.append(text, single.toString(), longest);
        }
        JsonWriter.append(text, value.toString(), longest);
    }

    private String typeSoFar() {
        return text == null ? single.getClass().getName() : String.class.getName();
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
    public Object output() {
        return text == null ? single : text.toString();
    }
}
