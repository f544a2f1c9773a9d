package io.kestra.plugin.jdbc.sqlite;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.runners.PluginUtilsService;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.jdbc.OutputFiles;
import io.kestra.workbook.jdbc.SqlFilesResult;
import io.kestra.workbook.jdbc.SqlResult;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The files of an SQLite task: its database, and those that its SQL writes. */
final class SqliteFiles {
    static final String IN_MEMORY = Sqlite.SCHEME + ":";

    private final RunContext runContext;
    private final Path folder;
    private final String url;
    private final boolean wanted;
    private Path database;
    private OutputFiles outputFiles;

    /**
     * A database of the internal storage, and one that is to go there, are in the task's folder under the address's file
     * name. Otherwise the address counts: a file of the task's folder, or of the engine's, or an absolute path.
     */
    SqliteFiles(RunContext runContext, Property<String> url, Property<String> sqliteFile, Property<Boolean> outputDbFile)
        throws Exception {
        this.runContext = runContext;
        folder = runContext.workingDir().path();
        String address = runContext.render(url).as(String.class).orElse(IN_MEMORY);
        String stored = runContext.render(sqliteFile).as(String.class).orElse("");
        wanted = runContext.render(outputDbFile).as(Boolean.class).orElse(false);
        if (!address.startsWith(IN_MEMORY)) {
            throw new TaskFailure("URL scheme is invalid. URL should start with `" + Sqlite.SCHEME + "`");
        }
        String[] parts = address.substring(IN_MEMORY.length()).split("(?=\\?)", 2);
        boolean inMemory = isInMemory(address.substring(IN_MEMORY.length()));
        if (wanted || !stored.isEmpty()) {
            database = inMemory
                ? runContext.workingDir().createTempFile(".sqlite")
                : folder.resolve(Path.of(parts[0]).getFileName());
        } else if (!inMemory && !Path.of(parts[0]).isAbsolute() && Files.exists(folder.resolve(parts[0]))) {
            database = folder.resolve(parts[0]);
        }
        if (!stored.isEmpty()) {
            Map<String, String> file = Map.of(database.getFileName().toString(), stored);
            PluginUtilsService.createInputFiles(runContext, folder, file, new HashMap<>());
        }
        this.url = database == null ? address : IN_MEMORY + database + (parts.length > 1 && !inMemory ? parts[1] : "");
    }

    private static boolean isInMemory(String name) {
        String text = name.strip().toLowerCase(Locale.ROOT);
        return text.isEmpty() || text.startsWith("?") || text.startsWith(":memory:") || text.startsWith("file::memory:")
            || text.startsWith("file:") && text.contains("mode=memory");
    }

    /** The address of the database. */
    String url() {
        return url;
    }

    /** Makes room for the output files; returns the variables that name them. */
    Map<String, Object> prepare(Property<List<String>> outputs) throws Exception {
        Map<String, Object> variables = new HashMap<>(Map.of("workingDir", folder.toString()));
        outputFiles = OutputFiles.create(runContext, folder, outputs, variables);
        return variables;
    }

    /** The result of a query with the files that the task leaves. */
    SqlFilesResult output(SqlResult result) throws Exception {
        return SqlFilesResult.of(result, store(), storeDatabase());
    }

    /** Moves the output files into the internal storage; null if there are none. */
    Map<String, URI> store() throws Exception {
        Map<String, URI> stored = outputFiles.store();
        return stored.isEmpty() ? null : stored;
    }

    /** Moves the database into the internal storage, if the task asks for that. */
    URI storeDatabase() throws Exception {
        if (!wanted) {
            return null;
        }
        if (!Files.exists(database)) {
            Files.createFile(database); // SQLite makes it when there is something to write
        }
        return runContext.storage().putFile(database.toFile(), database.getFileName().toString());
    }
}
