package io.kestra.workbook.git;

import io.kestra.workbook.TaskFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.io.IOUtils;
import org.slf4j.Logger;

/** What is to be changed, so that one side of a namespace has what the other has. */
public final class NamespacePlan {
    /** Which side has what both are to have. */
    public enum Source {
        GIT, KESTRA;

        private Source other() {
            return this == GIT ? KESTRA : GIT;
        }

        private String title() {
            return this == GIT ? "Git" : "KESTRA";
        }

        private String ending() {
            return this == GIT ? "_GIT" : "_KES";
        }
    }

    /** What becomes of what only the other side has. */
    public enum Missing {
        DELETE, KEEP, FAIL
    }

    /** What becomes of the whole when a flow is not valid. */
    public enum Invalid {
        SKIP, WARN, FAIL
    }

    /** What a namespace has. */
    enum Kind {
        FLOW(" for key "), FILE(": ");

        private final String before;

        Kind(String before) {
            this.before = before;
        }
    }

    private record Step(Kind kind, String action, String name, String path, NamespaceSide from, NamespaceSide to) {
        private void apply() throws Exception {
            if (from == null) {
                to.delete(name);
            } else {
                try (InputStream content = from.open(name)) {
                    to.write(name, content);
                }
            }
        }

        private String problems() throws Exception {
            if (from == null) {
                return null;
            }
            try (InputStream content = from.open(name)) {
                return to.problems(name, content);
            }
        }
    }

    private final String namespace;
    private final Source source;
    private final Missing missing;
    private final boolean isProtected;
    private final Logger logger;
    private final List<Step> steps = new ArrayList<>();

    NamespacePlan(String namespace, Source source, Missing missing, List<String> protectedNamespaces, Logger logger) {
        this.namespace = namespace;
        this.source = source;
        this.missing = missing;
        this.isProtected = protectedNamespaces.stream()
            .anyMatch(name -> namespace.equals(name) || namespace.startsWith(name + "."));
        this.logger = logger;
    }

    /** Plans what is to be done with the flows, or with the files. */
    void compare(Kind kind, RepositorySide git, NamespaceSide kestra) throws Exception {
        NamespaceSide from = source == Source.GIT ? git : kestra;
        NamespaceSide to = source == Source.GIT ? kestra : git;
        var names = new TreeSet<>(from.names());
        names.addAll(to.names());
        for (String name : names) {
            if (!from.names().contains(name)) {
                surplus(kind, name, git.path(name), to);
            } else if (!to.names().contains(name)) {
                steps.add(new Step(kind, "ADDED", name, git.path(name), from, to));
            } else if (!same(kind, name, from, to)) {
                steps.add(new Step(kind, "UPDATED" + source.other().ending(), name, git.path(name), from, to));
            }
        }
    }

    private static boolean same(Kind kind, String name, NamespaceSide one, NamespaceSide other) throws Exception {
        try (InputStream first = one.open(name); InputStream second = other.open(name)) {
            return kind == Kind.FLOW ? text(first).equals(text(second)) : IOUtils.contentEquals(first, second);
        }
    }

    private static String text(InputStream content) throws IOException {
        return IOUtils.toString(content, StandardCharsets.UTF_8).replace("\r\n", "\n").strip();
    }

    private void surplus(Kind kind, String name, String path, NamespaceSide side) throws TaskFailure {
        if (missing == Missing.FAIL) {
            throw new TaskFailure("Sync failed: " + kind + " missing in " + source.title() + " but present in "
                + source.other().title() + kind.before + key(name));
        }
        if (missing == Missing.DELETE && isProtected) {
            logger.warn("The namespace is protected: {} {} is not deleted", kind, key(name));
        } else if (missing == Missing.DELETE) {
            steps.add(new Step(kind, "DELETED" + source.other().ending(), name, path, null, side));
        }
    }

    private String key(String name) {
        return namespace + ":" + name;
    }

    /** Does it all; what is not valid is told of and left out, or nothing is done at all. */
    void apply(Invalid invalid) throws Exception {
        for (Iterator<Step> left = steps.iterator(); left.hasNext();) {
            Step step = left.next();
            String problems = step.problems();
            if (problems != null) {
                report(step, problems, invalid);
                left.remove();
            }
        }
        for (Step step : steps) {
            step.apply();
        }
    }

    private void report(Step step, String problems, Invalid invalid) throws TaskFailure {
        String what = step.kind() + " " + key(step.name());
        switch (invalid) {
            case SKIP -> logger.info("Skipping invalid {}", what);
            case WARN -> logger.warn("{} couldn't be synced due to invalid syntax: {}", what, problems);
            case FAIL -> throw new TaskFailure("Invalid syntax for " + what + ": " + problems);
        }
    }

    /** What is done, a row for each flow and file. */
    List<Map<String, Object>> rows() {
        return steps.stream().map(this::row).toList();
    }

    private Map<String, Object> row(Step step) {
        var row = new LinkedHashMap<String, Object>();
        row.put("file", step.path());
        row.put("key", key(step.name()));
        row.put("kind", step.kind().name());
        row.put("action", step.action());
        return row;
    }
}
