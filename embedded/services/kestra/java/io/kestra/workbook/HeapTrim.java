package io.kestra.workbook;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.concurrent.TimeUnit;

/**
 * Has Java collect its old objects now and then. By itself the serial collector does so when they have filled the heap's
 * limit, however few of them are still in use, and until then the process grows.
 */
public final class HeapTrim {
    private static final String OLD_OBJECTS = "Tenured Gen";
    private static final long PAUSE_SECONDS = 10;
    /** How much may be added to what was in use after the last collection. */
    private static final long GROWTH_BYTES = 48L << 20;

    private HeapTrim() {
    }

    /** Begin, for as long as the process lasts. Without such a pool, as under another collector, nothing is done. */
    public static void start() {
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getName().equals(OLD_OBJECTS))
            .findAny()
            .ifPresent(pool -> Thread.ofPlatform().daemon().name("heap-trim").start(() -> watch(pool)));
    }

    private static void watch(MemoryPoolMXBean pool) {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
                MemoryUsage afterCollection = pool.getCollectionUsage();
                long inUse = afterCollection == null ? 0 : afterCollection.getUsed();
                if (pool.getUsage().getUsed() > inUse + GROWTH_BYTES) {
                    System.gc();
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }
}
