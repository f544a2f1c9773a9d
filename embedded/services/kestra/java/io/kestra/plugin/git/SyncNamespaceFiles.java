package io.kestra.plugin.git;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.runners.RunContext;
import io.kestra.core.storages.Namespace;
import io.kestra.core.storages.NamespaceFile;
import io.kestra.workbook.Values;
import io.kestra.workbook.git.GitFiles;
import io.kestra.workbook.git.SyncTask;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.Builder;
import lombok.Getter;
import lombok.RequiredArgsConstructor;

/** Brings the files of a repository's folder into a namespace. */
@Plugin
@Getter
public class SyncNamespaceFiles extends SyncTask<SyncNamespaceFiles.Output> {
    public Property<String> namespace = Property.ofExpression("{{ flow.namespace }}");
    public Property<String> gitDirectory = Property.ofValue("_files");

    @Builder
    public SyncNamespaceFiles() {
    }

    @Override
    protected List<Map<String, Object>> sync(Path folder, RunContext runContext, Values values) throws Exception {
        String name = values.text("namespace");
        Namespace target = runContext.storage().namespace(name);
        boolean dryRun = values.flag("dryRun");
        Map<String, NamespaceFile> before = new LinkedHashMap<>();
        for (NamespaceFile file : target.all()) {
            before.put(Path.of("/", file.path()).toString(), file);
        }
        var rows = new ArrayList<Map<String, Object>>();
        for (Path file : GitFiles.of(folder, Integer.MAX_VALUE)) {
            Path path = Path.of("/" + folder.relativize(file));
            String end = Files.isDirectory(file) ? "/" : "";
            String state = sync(file, path, before.remove(path.toString()), target, runContext, dryRun);
            rows.add(row(values.text("gitDirectory") + path + end, state, place(name, path + end)));
        }
        if (values.flag("delete")) {
            for (NamespaceFile file : before.values()) {
                if (!dryRun) {
                    target.delete(file);
                }
                rows.add(row(null, "DELETED", place(name, file.path())));
            }
        }
        return rows;
    }

    private static String sync(
        Path file, Path path, NamespaceFile before, Namespace target, RunContext runContext, boolean dryRun) throws Exception {
        if (Files.isDirectory(file)) {
            boolean known = target.exists(path);
            if (!known && !dryRun) {
                target.createDirectory(path);
            }
            return known ? "UNCHANGED" : "ADDED";
        }
        if (before != null && same(file, path, target, runContext)) {
            return "UNCHANGED";
        }
        if (!dryRun) {
            try (InputStream content = Files.newInputStream(file)) {
                target.putFile(path, content);
            }
        }
        return before == null ? "ADDED" : "OVERWRITTEN";
    }

    private static boolean same(Path file, Path path, Namespace target, RunContext runContext) throws IOException {
        Path own = runContext.workingDir().createTempFile();
        try (InputStream content = target.getFileContent(path)) {
            Files.copy(content, own, StandardCopyOption.REPLACE_EXISTING);
        }
        boolean same = Files.mismatch(own, file) < 0;
        Files.delete(own);
        return same;
    }

    private static String place(String namespace, String path) {
        return NamespaceFile.of(namespace, path, 1).uri().getPath();
    }

    private static Map<String, Object> row(String path, String state, String place) {
        var row = new LinkedHashMap<String, Object>();
        row.put("gitPath", path);
        row.put("syncState", state);
        row.put("kestraPath", place);
        return row;
    }

    @Override
    protected Output output(URI diff) {
        return new Output(diff);
    }

    /** What was done, a row for each file. */
    @Getter
    @RequiredArgsConstructor
    public static class Output implements io.kestra.core.models.tasks.Output {
        private final URI files;
    }
}
