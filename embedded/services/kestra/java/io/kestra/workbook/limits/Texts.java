package io.kestra.workbook.limits;

import io.kestra.core.models.executions.LogEntry;
import java.util.Collection;
import java.util.Map;

/** Which texts the engine's database can hold. */
public final class Texts {
    /** The length of the columns of a metric, in characters. */
    public static final int METRIC_TEXT = 150;

    private static final int SHOWN = 40;

    private Texts() {
    }

    /** Why a metric cannot be stored; null if it can. */
    public static String problemOf(String name, Map<String, String> tags) {
        if (name.length() > METRIC_TEXT) {
            return "The name of the metric '%s' has %d characters, and %d are the limit"
                .formatted(shortened(name), name.length(), METRIC_TEXT);
        }
        if (!isUnicode(name)) {
            return "The name of the metric '%s' is no valid Unicode".formatted(mended(name));
        }
        return tags == null ? null : tags.entrySet().stream()
            .map(tag -> problemOf(name, tag.getKey(), tag.getValue()))
            .filter(problem -> problem != null)
            .findFirst()
            .orElse(null);
    }

    private static String problemOf(String metric, String tag, String value) {
        if (value != null && value.length() > METRIC_TEXT) {
            return "The tag '%s' of the metric '%s' has %d characters, and %d are the limit"
                .formatted(shortened(tag), metric, value.length(), METRIC_TEXT);
        }
        if (!isUnicode(tag) || value != null && !isUnicode(value)) {
            return "The tag '%s' of the metric '%s' is no valid Unicode".formatted(mended(tag), metric);
        }
        return null;
    }

    /**
     * The path of the first text in a value that is no valid Unicode, such as {@code rows[3].name}; null if there is none.
     *
     * @param value a tree of maps and collections.
     * @param path where it stands.
     */
    public static String invalidText(Object value, String path) {
        if (value instanceof CharSequence text) {
            return isUnicode(text) ? null : path;
        }
        if (value instanceof Map<?, ?> map) {
            for (var entry : map.entrySet()) {
                String key = String.valueOf(entry.getKey());
                String place = path.isEmpty() ? mended(key) : path + "." + mended(key);
                String problem = isUnicode(key) ? invalidText(entry.getValue(), place) : place;
                if (problem != null) {
                    return problem;
                }
            }
        } else if (value instanceof Collection<?> items) {
            int index = 0;
            for (Object item : items) {
                String problem = invalidText(item, path + "[" + index++ + "]");
                if (problem != null) {
                    return problem;
                }
            }
        }
        return null;
    }

    /** Whether each surrogate has its partner. */
    public static boolean isUnicode(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!isPair(text, i)) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** The text with a replacement character for each surrogate without its partner. */
    public static String mended(String text) {
        if (text == null || isUnicode(text)) {
            return text;
        }
        var mended = new StringBuilder(text);
        for (int i = 0; i < mended.length(); i++) {
            if (Character.isSurrogate(mended.charAt(i))) {
                if (isPair(mended, i)) {
                    i++;
                } else {
                    mended.setCharAt(i, '\ufffd');
                }
            }
        }
        return mended.toString();
    }

    public static LogEntry mended(LogEntry line) {
        String message = line.getMessage();
        return message == null || isUnicode(message) ? line : line.toBuilder().message(mended(message)).build();
    }

    private static boolean isPair(CharSequence text, int i) {
        return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
    }

    private static String shortened(String text) {
        return mended(text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text);
    }
}
