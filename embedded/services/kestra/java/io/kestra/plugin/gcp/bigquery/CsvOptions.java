package io.kestra.plugin.gcp.bigquery;

import io.kestra.core.models.property.Property;
import io.kestra.workbook.PropertyGroup;
import lombok.Getter;

/** How a CSV file is written. */
@Getter
public class CsvOptions implements PropertyGroup {
    public Property<Boolean> allowJaggedRows;
    public Property<Boolean> allowQuotedNewLines;
    public Property<String> encoding;
    public Property<String> fieldDelimiter;
    public Property<String> quote;
    public Property<Long> skipLeadingRows;
}
