package io.kestra.workbook.avro;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Reads dates and times, by the formats of a task where they are texts, in its zone where they have none. */
record AvroTimes(DateTimeFormatter date, DateTimeFormatter time, DateTimeFormatter dateTime, ZoneId zone) {
    AvroTimes(String date, String time, String dateTime, ZoneId zone) {
        this(DateTimeFormatter.ofPattern(date), DateTimeFormatter.ofPattern(time), DateTimeFormatter.ofPattern(dateTime), zone);
    }

    LocalDate date(Object data) {
        return switch (data) {
            case String text -> LocalDate.parse(text, date);
            case ZonedDateTime moment -> moment.toLocalDate();
            case OffsetDateTime moment -> moment.toLocalDate();
            case LocalDateTime local -> local.toLocalDate();
            case Instant moment -> moment.atZone(zone).toLocalDate();
            default -> (LocalDate) data;
        };
    }

    LocalTime time(Object data) {
        return switch (data) {
            case String text -> LocalTime.parse(text, time);
            case OffsetTime local -> local.toLocalTime();
            default -> (LocalTime) data;
        };
    }

    /** A moment; a whole number counts units of so many nanoseconds since 1970. */
    Instant moment(Object data, long nanoseconds) {
        return switch (data) {
            case String text when text.matches("-?\\d+") -> since(Long.parseLong(text), nanoseconds);
            case String text -> parse(text);
            case Integer count -> since(count, nanoseconds);
            case Long count -> since(count, nanoseconds);
            case LocalDateTime local -> local.atZone(zone).toInstant();
            case ZonedDateTime moment -> moment.toInstant();
            case OffsetDateTime moment -> moment.toInstant();
            default -> (Instant) data;
        };
    }

    LocalDateTime local(Object data, long nanoseconds) {
        return moment(data, nanoseconds).atZone(zone).toLocalDateTime();
    }

    private static Instant since(long count, long nanoseconds) {
        long each = 1_000_000_000 / nanoseconds;
        return Instant.ofEpochSecond(Math.floorDiv(count, each), Math.floorMod(count, each) * nanoseconds);
    }

    private Instant parse(String text) {
        try {
            return ZonedDateTime.parse(text, dateTime).toInstant();
        } catch (DateTimeParseException withoutZone) {
            return LocalDateTime.parse(text, dateTime).atZone(zone).toInstant();
        }
    }
}
