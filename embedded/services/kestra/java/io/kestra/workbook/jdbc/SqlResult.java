package io.kestra.workbook.jdbc;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kestra.core.models.tasks.Output;
import java.net.URI;
import java.util.List;
import java.util.Map;
import lombok.Getter;
import lombok.experimental.SuperBuilder;

/** What came of a statement. */
@Getter
@SuperBuilder
public class SqlResult implements Output {
    /** The first row, if one row was asked for. */
    @JsonInclude
    private final Map<String, Object> row;

    /** All rows, if they were asked for. */
    private final List<Map<String, Object>> rows;

    /** The ION file with all rows, if it was asked for. */
    private final URI uri;

    /** The number of rows. */
    private final Long size;
}
