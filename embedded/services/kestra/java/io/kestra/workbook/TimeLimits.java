package io.kestra.workbook;

import java.time.Duration;

/** The longest duration and the latest date that flows and requests may hold: the database takes no more. */
public final class TimeLimits {
    /** The longest duration: ten years. */
    public static final Duration LONGEST = Duration.ofDays(3653);
    /** The last year of a date. */
    public static final int LAST_YEAR = 9999;

    private TimeLimits() {
    }
}
