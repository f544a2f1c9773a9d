package io.kestra.workbook.jdbc;

import io.kestra.core.models.tasks.Output;
import java.util.List;
import lombok.Getter;
import lombok.experimental.SuperBuilder;

/** What came of several statements: a result for each that has rows. */
@Getter
@SuperBuilder
public class SqlResults implements Output {
    private final List<SqlResult> outputs;
}
