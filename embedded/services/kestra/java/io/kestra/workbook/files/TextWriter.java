package io.kestra.workbook.files;

import io.kestra.core.models.property.Property;
import io.kestra.core.validations.DateFormat;
import java.time.ZoneId;
import lombok.Getter;

/** How a task writes dates and times as text. */
@Getter
public abstract class TextWriter extends ConversionTask {
    @DateFormat
    public String dateFormat = "yyyy-MM-dd";
    @DateFormat
    public String timeFormat = "HH:mm:ss[XXX]";
    @DateFormat
    public String dateTimeFormat = "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]";
    public Property<String> timeZoneId = Property.ofValue(ZoneId.systemDefault().toString());
}
