package io.kestra.core.utils;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for a condition. Stands before the engine's class of the same name on the class path.
 *
 * <p>What differs: who names no pause looks again after 100, 200, 400 ... ms, at most two seconds, where the engine looks ten
 * times a second. Four of its threads wait in this way for as long as it runs, for other threads to fail.
 */
public final class Await {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private Await() {
    }

    public static void until(BooleanSupplier condition) {
        until(condition, null);
    }

    public static void until(BooleanSupplier condition, Duration pause) {
        var pauses = new Pauses(pause);
        while (!condition.getAsBoolean()) {
            pauses.next();
        }
    }

    public static void until(BooleanSupplier condition, Duration pause, Duration limit) throws TimeoutException {
        until(null, condition, pause, limit);
    }

    public static void until(Supplier<String> explanation, BooleanSupplier condition, Duration pause, Duration limit)
        throws TimeoutException {
        long began = System.currentTimeMillis();
        var pauses = new Pauses(pause == null ? FIRST_PAUSE : pause);
        while (!condition.getAsBoolean()) {
            if (System.currentTimeMillis() - began > limit.toMillis()) {
                throw new TimeoutException("Await failed to terminate within %s.%s"
                    .formatted(limit, explanation == null ? "" : " " + explanation.get()));
            }
            pauses.next();
        }
    }

    public static <T> T until(Supplier<T> supplier, Duration pause, Duration limit) throws TimeoutException {
        var found = new Found<>(supplier);
        until(found, pause, limit);
        return found.value;
    }

    public static <T> T until(Supplier<T> supplier, Duration pause) {
        var found = new Found<>(supplier);
        until(found, pause);
        return found.value;
    }

    /** Pauses of one length, or growing ones. */
    private static final class Pauses {
        private final boolean grow;
        private Duration pause;

        Pauses(Duration pause) {
            grow = pause == null;
            this.pause = grow ? FIRST_PAUSE : pause;
        }

        void next() {
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException interrupt) {
                throw new RuntimeException("Can't sleep:" + interrupt.getMessage());
            }
            if (grow && pause.compareTo(LONGEST_PAUSE) < 0) {
                pause = pause.multipliedBy(2);
            }
        }
    }

    /** Whether a supplier has supplied something, and what. */
    private static final class Found<T> implements BooleanSupplier {
        private final Supplier<T> supplier;
        private T value;

        Found(Supplier<T> supplier) {
            this.supplier = supplier;
        }

        @Override
        public boolean getAsBoolean() {
            value = supplier.get();
            return value != null;
        }
    }
}
