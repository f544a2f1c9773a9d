package io.kestra.workbook.files;

import io.kestra.core.exceptions.IllegalVariableEvaluationException;
import io.kestra.core.runners.RunContext;
import io.kestra.workbook.TaskFailure;
import io.kestra.workbook.Values;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Date;

/** Writes cells as text: moments and local times of a day in UTC, those with a zone in the zone of the task. */
public final class TextFormats {
    private final DateTimeFormatter date;
    private final DateTimeFormatter time;
    private final DateTimeFormatter dateTime;
    private final ZoneId zone;

    public TextFormats(TextWriter task, RunContext runContext, Values values) throws IllegalVariableEvaluationException, TaskFailure {
        date = DateTimeFormatter.ofPattern(runContext.render(task.dateFormat));
        time = DateTimeFormatter.ofPattern(runContext.render(task.timeFormat));
        dateTime = DateTimeFormatter.ofPattern(runContext.render(task.dateTimeFormat));
        zone = ZoneId.of(values.text("timeZoneId"));
    }

    public String text(Object value) {
        return switch (value) {
            case null -> null;
            case Instant moment -> dateTime.withZone(ZoneOffset.UTC).format(moment);
            case Date moment -> dateTime.withZone(ZoneOffset.UTC).format(moment.toInstant());
            case LocalDateTime local -> dateTime.withZone(ZoneOffset.UTC).format(local);
            case OffsetDateTime moment -> dateTime.withZone(zone).format(moment);
            case ZonedDateTime moment -> dateTime.withZone(zone).format(moment);
            case LocalDate day -> date.format(day);
            case LocalTime local -> time.withZone(zone).format(local);
            case OffsetTime local -> time.format(local);
            default -> value.toString();
        };
    }
}
