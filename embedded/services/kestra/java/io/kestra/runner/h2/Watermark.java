package io.kestra.runner.h2;

/**
 * Up to which message a consumer has read its queue, so that it does not ask again for what it has read.
 *
 * <p>A message may become visible after later ones, as its transaction was open. So the mark stays a second or two
 * behind, and now and then a consumer asks for all.
 */
final class Watermark {
    private static final long LAG_NANOS = 1_000_000_000L;
    private static final long ALL_NANOS = 5_000_000_000L;

    private long latest;
    private long lagging;
    private long moved = System.nanoTime();
    private long asked = moved - ALL_NANOS;

    /** The number of a message after which to ask. */
    synchronized long after() {
        long now = System.nanoTime();
        if (now - asked >= ALL_NANOS) {
            asked = now;
            return -1;
        }
        return lagging;
    }

    /** A message has been read. */
    synchronized void read(long offset) {
        long now = System.nanoTime();
        if (now - moved >= LAG_NANOS) {
            lagging = latest;
            moved = now;
        }
        latest = Math.max(latest, offset);
    }
}
