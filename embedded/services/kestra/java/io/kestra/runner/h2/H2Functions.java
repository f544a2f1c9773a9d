package io.kestra.runner.h2;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kestra.core.serializers.JacksonMapper;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;

/**
 * The functions of the database's generated columns. Stands before the engine's class of the same name on the class path.
 *
 * <p>A row of an execution has some fourteen columns that come out of its JSON. The engine parses the JSON, and compiles
 * the jq expression, for each of them. Here the JSON that a thread has parsed last is kept, that of a long text without
 * its lists; a plain path is followed without jq, and a compiled expression is kept. The values and the errors are the
 * same.
 */
public final class H2Functions {
    private static final Pattern PLAIN_PATH = Pattern.compile("(\\.[A-Za-z_][A-Za-z_0-9]*)+");
    private static final int MOST_EXPRESSIONS = 500;
    /** From so many characters on, a document is read without its lists, which are long then. */
    private static final int LONG_TEXT = 1 << 16;
    private static final Map<String, Evaluation> EVALUATIONS = new ConcurrentHashMap<>();
    private static final ThreadLocal<Parsed> LAST = new ThreadLocal<>();
    private static final Scope SCOPE = Scope.newEmptyScope();

    static {
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_6, SCOPE);
    }

    private H2Functions() {
    }

    public static Boolean jqBoolean(String value, String expression) {
        return scalar(value, expression, JsonNode::asBoolean);
    }

    public static String jqString(String value, String expression) {
        return scalar(value, expression, JsonNode::asText);
    }

    public static Long jqLong(String value, String expression) {
        return scalar(value, expression, JsonNode::asLong);
    }

    public static Integer jqInteger(String value, String expression) {
        return scalar(value, expression, JsonNode::asInt);
    }

    public static Double jqDouble(String value, String expression) {
        return scalar(value, expression, JsonNode::asDouble);
    }

    public static String[] jqStringArray(String value, String expression) {
        JsonNode first = evaluate(value, expression).getFirst();
        List<String> texts = new ArrayList<>();
        if (first.isArray()) {
            first.forEach(element -> texts.add(element.asText()));
        }
        return texts.toArray(String[]::new);
    }

    /** The text as it stands between the quotation marks of a string in jq; the engine's filters call this. */
    public static String escapeJqString(String value) {
        if (value == null) {
            return null;
        }
        StringBuilder escaped = new StringBuilder(value.length());
        for (char character : value.toCharArray()) {
            escaped.append(escape(character));
        }
        return escaped.toString();
    }

    private static String escape(char character) {
        return switch (character) {
            case '\\' -> "\\\\";
            case '"' -> "\\\"";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> character < ' ' ? String.format("\\u%04x", (int) character) : String.valueOf(character);
        };
    }

    private static <R> R scalar(String value, String expression, Function<JsonNode, R> convert) {
        List<JsonNode> results = evaluate(value, expression);
        return results.isEmpty() || results.getFirst() instanceof NullNode ? null : convert.apply(results.getFirst());
    }

    private static List<JsonNode> evaluate(String value, String expression) {
        try {
            return evaluation(expression).apply(parse(value, expression));
        } catch (JsonProcessingException error) {
            throw Thrown.unchecked(error);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static JsonNode parse(String value, String expression) throws IOException {
        Parsed last = LAST.get();
        if (last == null || !value.equals(last.text.get())) {
            last = value.length() < LONG_TEXT
                ? new Parsed(value, JacksonMapper.ofJson().readTree(value), Set.of())
                : parseWithoutLists(value);
            LAST.set(last);
        }
        return last.holds(expression) ? last.node : JacksonMapper.ofJson().readTree(value);
    }

    private static Parsed parseWithoutLists(String value) throws IOException {
        try (JsonParser parser = JacksonMapper.ofJson().createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Parsed(value, JacksonMapper.ofJson().readTree(value), Set.of());
            }
            ObjectNode node = JacksonMapper.ofJson().createObjectNode();
            Set<String> lists = new HashSet<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                if (parser.nextToken() == JsonToken.START_ARRAY) {
                    parser.skipChildren();
                    lists.add(name);
                } else {
                    node.set(name, parser.readValueAsTree());
                }
            }
            return new Parsed(value, node, lists);
        }
    }

    private static Evaluation evaluation(String expression) throws JsonProcessingException {
        Evaluation known = EVALUATIONS.get(expression);
        if (known == null) {
            known = compile(expression);
            if (EVALUATIONS.size() < MOST_EXPRESSIONS) { // filters hold what users search for
                EVALUATIONS.put(expression, known);
            }
        }
        return known;
    }

    private static Evaluation compile(String expression) throws JsonProcessingException {
        JsonQuery query = JsonQuery.compile(expression, Versions.JQ_1_6);
        Evaluation byQuery = node -> {
            List<JsonNode> results = new ArrayList<>();
            query.apply(SCOPE, node, results::add);
            return results;
        };
        if (!PLAIN_PATH.matcher(expression).matches()) {
            return byQuery;
        }
        String[] names = expression.substring(1).split("\\.");
        return node -> {
            JsonNode found = follow(node, names);
            return found == null ? byQuery.apply(node) : List.of(found);
        };
    }

    /** What is at the path: null in JSON if there is nothing, and Java's null if jq must tell what is wrong. */
    private static JsonNode follow(JsonNode node, String[] names) {
        JsonNode found = node;
        for (String name : names) {
            if (found.isNull()) {
                return found;
            }
            if (!found.isObject()) {
                return null;
            }
            JsonNode inner = found.get(name);
            found = inner == null ? NullNode.getInstance() : inner;
        }
        return found;
    }

    /** A text, which others may forget, and the JSON in it, but for some lists. */
    private record Parsed(WeakReference<String> text, JsonNode node, Set<String> missing) {
        Parsed(String text, JsonNode node, Set<String> missing) {
            this(new WeakReference<>(text), node, missing);
        }

        /** Whether an expression can be evaluated with it. */
        boolean holds(String expression) {
            return missing.isEmpty() || PLAIN_PATH.matcher(expression).matches()
                && !missing.contains(expression.substring(1).split("\\.", 2)[0]);
        }
    }

    /** What a jq expression gives for a document. */
    @FunctionalInterface
    private interface Evaluation {
        List<JsonNode> apply(JsonNode node) throws JsonQueryException;
    }

    /** Throws checked errors as they are: the engine's functions declare none. */
    private static final class Thrown {
        @SuppressWarnings("unchecked")
        private static <E extends Throwable> RuntimeException unchecked(Throwable error) throws E {
            throw (E) error;
        }
    }
}
