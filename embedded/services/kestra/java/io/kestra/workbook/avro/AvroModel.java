package io.kestra.workbook.avro;

import org.apache.avro.Conversion;
import org.apache.avro.Conversions;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;

/** How values of logical types are held: as Java's own dates, times and decimals. */
public final class AvroModel {
    public static final GenericData JAVA_TYPES = javaTypes();

    private AvroModel() {
    }

    private static GenericData javaTypes() {
        var data = new GenericData();
        for (Conversion<?> conversion : new Conversion<?>[] {
            new Conversions.UUIDConversion(),
            new Conversions.DecimalConversion(),
            new TimeConversions.DateConversion(),
            new TimeConversions.TimeMillisConversion(),
            new TimeConversions.TimeMicrosConversion(),
            new TimeConversions.TimestampMillisConversion(),
            new TimeConversions.TimestampMicrosConversion(),
            new TimeConversions.LocalTimestampMillisConversion(),
            new TimeConversions.LocalTimestampMicrosConversion()}) {
            data.addLogicalTypeConversion(conversion);
        }
        return data;
    }
}
