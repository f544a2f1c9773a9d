package io.kestra.runner.h2;

import java.util.concurrent.atomic.AtomicLong;

/**
 * When a consumer of a queue asks the database next.
 *
 * <p>At once after a ring of the bell, and again at once while it finds messages. If messages were emitted that it has
 * not found, their transaction is open: it asks again after 4, 8, 16 ... ms. If there are none, it asks after 2, 4, 8
 * ... 32 seconds, should the count be wrong.
 */
final class Pace {
    static final long SHORTEST_MILLIS = 4;
    static final long LONGEST_MILLIS = 500;
    static final long REST_MILLIS = 2_000;
    static final long LONGEST_REST_MILLIS = 32_000;

    private final AtomicLong emitted;
    private final Bell bell;
    private long found;
    private long heard = -1;
    private long pause;
    private volatile boolean ended;

    /**
     * @param emitted how many messages were emitted, or are about to be
     * @param bell rings when one has been emitted
     */
    Pace(AtomicLong emitted, Bell bell) {
        this.emitted = emitted;
        this.bell = bell;
        this.found = emitted.get();
    }

    /** Wait until it is time to ask. */
    void await() {
        if (pause > 0 && !ended) {
            bell.await(heard, pause);
        }
        long rings = bell.rings();
        if (rings != heard) {
            heard = rings;
            pause = 0;
        }
    }

    /** Count what the last question has found. */
    void fetched(int count) {
        if (count > 0) {
            found = Math.min(found + count, emitted.get());
            pause = 0;
        } else if (found < emitted.get() && pause < LONGEST_MILLIS) {
            pause = Math.min(Math.max(pause * 2, SHORTEST_MILLIS), LONGEST_MILLIS);
        } else {
            found = emitted.get();
            pause = Math.min(Math.max(pause * 2, REST_MILLIS), LONGEST_REST_MILLIS);
        }
    }

    /** Wait no more: the consumer ends. */
    void end() {
        ended = true;
        bell.ring();
    }
}
