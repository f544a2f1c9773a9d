package io.kestra.plugin.jdbc.duckdb;

import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.runners.PluginUtilsService;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.jdbc.OutputFiles;
import io.kestra.workbook.jdbc.SqlFilesResult;
import io.kestra.workbook.jdbc.SqlResult;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The files of a DuckDB task: its database, and what goes in and out. */
final class DuckDbFiles {
    static final String NO_FILE = DuckDb.SCHEME + ":";
    private static final String IN_MEMORY = ":memory:";
    /** As in the official plug-in, a text of several lines is not looked at. */
    private static final Pattern FILE_NAMES = Pattern.compile("(?i).*filename\\s*=\\s*(true|1).*");

    private final RunContext runContext;
    private final Path database;
    private final Path folder;
    private OutputFiles outputFiles;

    /**
     * Takes the database of the internal storage, else the file that the address names, else a new one.
     *
     * @param inMemory whether the address may say that there is no file.
     */
    DuckDbFiles(RunContext runContext, Property<String> url, Property<String> databaseUri, boolean inMemory) throws Exception {
        this.runContext = runContext;
        String address = runContext.render(url).as(String.class).orElse(NO_FILE);
        String stored = runContext.render(databaseUri).as(String.class).orElse("");
        String name = address.replaceFirst("^" + NO_FILE, "").replaceFirst("\\?.*", "");
        if (!address.startsWith(NO_FILE)) {
            throw new TaskFailure("URL scheme is invalid. URL should start with `" + DuckDb.SCHEME + "`");
        }
        if (!stored.isEmpty()) {
            database = runContext.workingDir().createTempFile(".db");
            try (InputStream content = runContext.storage().getFile(URI.create(stored))) {
                Files.copy(content, database, StandardCopyOption.REPLACE_EXISTING);
            }
        } else if (name.isEmpty() || inMemory && name.equals(IN_MEMORY)) {
            database = runContext.workingDir().createTempFile(".db");
            Files.delete(database); // DuckDB wants to make it
        } else if (Path.of(name).isAbsolute()) {
            database = Path.of(name);
            Files.createDirectories(database.getParent());
        } else {
            throw new TaskFailure("The database file path is not valid (Path to database file must be absolute)");
        }
        folder = database.getParent();
    }

    DuckDb database() {
        return new DuckDb(folder);
    }

    /** The address of the database's file. */
    String url() {
        return NO_FILE + database;
    }

    /** A query whose result tells in which file each row was, without the folder of the input files. */
    String withRelativeNames(String sql) {
        if (!FILE_NAMES.matcher(sql).matches()) {
            return sql;
        }
        return "SELECT * REPLACE (replace(filename, '%s/', '') AS filename) FROM (%s)".formatted(
            folder.toString().replace("'", "''"), sql.replaceFirst(";\\s*$", ""));
    }

    /** Fetches the input files and makes room for the output files; returns the variables that name them. */
    Map<String, Object> prepare(Object inputFiles, Property<List<String>> outputs) throws Exception {
        Map<String, Object> variables = new HashMap<>(Map.of("workingDir", folder.toString(), "dbFilePath", database.toString()));
        if (inputFiles != null) {
            Map<String, String> files = PluginUtilsService.transformInputFiles(runContext, inputFiles);
            PluginUtilsService.createInputFiles(runContext, folder, files, variables);
        }
        outputFiles = OutputFiles.create(runContext, folder, outputs, variables);
        return variables;
    }

    /** Moves the output files into the internal storage. */
    Map<String, URI> store() throws Exception {
        return outputFiles.store();
    }

    /** The result with the files that the task leaves. */
    SqlFilesResult output(SqlResult result, Property<Boolean> outputDbFile) throws Exception {
        return SqlFilesResult.of(result, store(), storeDatabase(outputDbFile));
    }

    /** Moves the database into the internal storage, if the task asks for that. */
    URI storeDatabase(Property<Boolean> wanted) throws Exception {
        return runContext.render(wanted).as(Boolean.class).orElse(false)
            ? runContext.storage().putFile(database.toFile())
            : null;
    }
}
