package dev.sedano.worker.idempotency.redis;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of faults in the store's own code, with their stack: each kind once in the life of the process, because a
 * fault that comes with every call would bury all else. Safe for use by many threads.
 */
final class OwnFaults {
    private static final Logger LOG = LoggerFactory.getLogger(OwnFaults.class);
    private static final int MOST_KINDS = 50;
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private OwnFaults() {}

    /** Never throws: whoever tells is a thread that must go on. */
    static void tell(Throwable fault) {
        try {
            if (TOLD.size() < MOST_KINDS && TOLD.add(kind(fault))) {
                LOG.error(
                        "the store's own code failed; the calls under way fail safe and work goes on. This is told once for"
                                + " each kind of failure: please report it",
                        fault);
            }
        } catch (RuntimeException | Error e) {
            // Out of memory, most likely: the calls fail all the same, and with a cause.
            fault.addSuppressed(e);
        }
    }

    private static String kind(Throwable fault) {
        StackTraceElement[] stack = fault.getStackTrace();
        return fault.getClass().getName() + (stack.length == 0 ? "" : " " + stack[0]);
    }
}
