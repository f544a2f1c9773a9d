package io.kestra.workbook.jdbc;

import java.net.URI;
import java.util.Map;
import lombok.Getter;
import lombok.experimental.SuperBuilder;

/** The result of a statement on a database in a file, and the files that the task leaves. */
@Getter
@SuperBuilder
public class SqlFilesResult extends SqlResult {
    /** The files that the statement wrote, by the names that the task gave them. */
    private final Map<String, URI> outputFiles;

    /** The database, if it was asked for. */
    private final URI databaseUri;

    /** A result with these files. */
    public static SqlFilesResult of(SqlResult result, Map<String, URI> outputFiles, URI databaseUri) {
        return builder()
            .row(result.getRow())
            .rows(result.getRows())
            .uri(result.getUri())
            .size(result.getSize())
            .outputFiles(outputFiles)
            .databaseUri(databaseUri)
            .build();
    }
}
