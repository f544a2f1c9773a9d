package io.kestra.workbook.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Divides SQL into statements and finds its parameters, by the rules of the official plug-ins: one set for all
 * databases, in which comments do not nest, a backslash escapes nothing, and a block lasts to the END of its BEGIN.
 */
final class SqlText {
    private static final Pattern TOKEN = Pattern.compile(
        """
        (?<skipped> --[^\\n]*+ | /\\*(?:/|.*?(?:\\*/|\\z))
            | '(?:[^']++|'')*+'? | "(?:[^"']++|""|'(?:[^']++|'')*+'?)*+"? | `(?:[^`]++|``)*+`? | \\[(?:[^\\]]++|\\]\\])*+\\]? )
        | (?<dollar> (?<tag>\\$[\\w]*+\\$) .*? (?:\\k<tag>|\\z) )
        | (?<word> [\\w]++ ) | (?<end> ; ) | (?<space> \\s++ ) | (?<other> . )
        """,
        Pattern.COMMENTS | Pattern.DOTALL | Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern PARAMETER = Pattern.compile(":(\\w+)");
    private static final String SEARCH_PATH = "set file_search_path";

    private SqlText() {
    }

    /** A statement's text with a question mark for each parameter, and the parameters' names in their order. */
    record Bound(String sql, List<String> names) {
    }

    /** Takes each colon with a name as a parameter, wherever it stands. */
    static Bound bind(String sql) {
        Matcher parameters = PARAMETER.matcher(sql);
        List<String> names = parameters.results().map(match -> match.group(1)).toList();
        return new Bound(parameters.replaceAll("?"), names);
    }

    /** Refuses a text of several statements with this message. */
    static void requireOne(String sql, String message) {
        long count = split(sql).stream().filter(text -> !text.toLowerCase(Locale.ROOT).startsWith(SEARCH_PATH)).count();
        if (count > 1) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The statements of a text; a comment behind the last one is one too. */
    static List<String> split(String sql) {
        var statements = new ArrayList<String>();
        var text = new StringBuilder();
        var block = new Block();
        Matcher token = TOKEN.matcher(sql);
        while (token.find()) {
            text.append(token.group());
            if (token.group("word") != null) {
                block.word(token.group().toUpperCase(Locale.ROOT));
            } else if (token.group("dollar") != null) {
                block.quoted();
            } else if (token.group("other") != null) {
                block.sign();
            } else if (token.group("end") != null && block.ends()) {
                add(statements, block.keepsEnd() ? text.toString() : text.substring(0, text.length() - 1));
                text.setLength(0);
                block.reset();
            }
        }
        add(statements, text.toString());
        return statements;
    }

    private static void add(List<String> statements, String text) {
        if (!text.isBlank()) {
            statements.add(text.strip());
        }
    }

    /** How deep in blocks of procedural code a text is: the semicolons there do not end its statement. */
    private static final class Block {
        private static final Set<String> ROUTINES = Set.of("PACKAGE", "PROCEDURE", "FUNCTION", "TRIGGER", "TYPE");
        private static final Set<String> INNER_ENDS = Set.of("IF", "LOOP", "CASE");

        private int depth;
        private int routines;
        private String last = "";
        private boolean creates;
        private boolean declares;
        private boolean ended;
        private boolean keepsEnd;

        void word(String word) {
            if (creates && !word.equals("OR") && !word.equals("REPLACE")) {
                routines += ROUTINES.contains(word) ? 1 : 0;
                creates = false;
            }
            switch (word) {
                case "CREATE" -> creates = true;
                case "DECLARE" -> {
                    depth++;
                    declares = true;
                    ended = false;
                }
                case "BEGIN" -> {
                    depth += declares ? 0 : 1;
                    declares = false;
                    ended = false;
                }
                case "END" -> ended = true;
                default -> ended = ended && !INNER_ENDS.contains(word);
            }
            last = word;
        }

        /** A text in dollar quotes: after DO, a block that keeps the semicolon behind it. */
        void quoted() {
            keepsEnd = keepsEnd || last.equals("DO");
        }

        void sign() {
            ended = false;
        }

        /** Whether a semicolon here ends the statement. */
        boolean ends() {
            if (ended && (routines > 0 || depth > 0)) {
                boolean closesRoutine = routines > 0;
                routines -= closesRoutine ? 1 : 0;
                depth -= closesRoutine ? 0 : 1;
                keepsEnd = keepsEnd || depth == 0 && routines == 0;
            }
            ended = false;
            return depth == 0 && routines == 0;
        }

        boolean keepsEnd() {
            return keepsEnd;
        }

        void reset() {
            keepsEnd = false;
            declares = false;
        }
    }
}
