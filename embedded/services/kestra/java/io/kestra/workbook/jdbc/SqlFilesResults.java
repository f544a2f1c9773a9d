package io.kestra.workbook.jdbc;

import java.net.URI;
import java.util.Map;
import lombok.Getter;
import lombok.experimental.SuperBuilder;

/** The results of several statements, and the files that the task leaves. */
@Getter
@SuperBuilder
public class SqlFilesResults extends SqlResults {
    private final Map<String, URI> outputFiles;
    private final URI databaseUri;
}
