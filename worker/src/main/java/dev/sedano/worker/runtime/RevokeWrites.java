package dev.sedano.worker.runtime;

import dev.sedano.worker.control.RevokedTasks;
import dev.sedano.worker.idempotency.RevokeLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes revokes to the store, again and again until it has taken them: their senders were told that they hold. At most as
 * many wait as are kept, {@link RevokedTasks#MOST}; of more the oldest are dropped. Thread-safe; what the store has not
 * taken when the process ends is lost.
 */
final class RevokeWrites {
    private static final Logger LOG = LoggerFactory.getLogger(RevokeWrites.class);
    private static final int AT_ONCE = 1_000;
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    private final RevokeLog log;
    private final Duration keep;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    /** What the store has not taken yet, oldest first, and until when it holds. Guarded by this. */
    private final Map<String, Instant> unwritten = new LinkedHashMap<>();
    /** Whether a write is on its way, or will be: there is one at a time. Guarded by this. */
    private boolean writing;

    private volatile boolean failing;

    /**
     * @param keep how long a revoke holds
     * @param timer runs what is repeated
     */
    RevokeWrites(RevokeLog log, Duration keep, Clock clock, ScheduledExecutorService timer) {
        this.log = log;
        this.keep = keep;
        this.clock = clock;
        this.timer = timer;
    }

    /** Takes over these entries, and returns at once. */
    void add(Collection<String> entries) {
        synchronized (this) {
            Instant end = clock.instant().plus(keep);
            entries.forEach(each -> {
                unwritten.remove(each);
                unwritten.put(each, end);
            });
            Iterator<String> oldest = unwritten.keySet().iterator();
            while (unwritten.size() > RevokedTasks.MOST) {
                oldest.next();
                oldest.remove();
            }
            if (writing) {
                return;
            }
            writing = true;
        }
        write();
    }

    private void write() {
        List<String> some;
        synchronized (this) {
            Instant now = clock.instant();
            unwritten.values().removeIf(end -> !now.isBefore(end));
            some = unwritten.keySet().stream().limit(AT_ONCE).toList();
            if (some.isEmpty()) {
                writing = false;
                return;
            }
        }
        var unused = log.keepRevoked(some, keep, clock.instant(), RevokedTasks.MOST)
                .whenComplete((done, failure) -> written(some, failure));
    }

    private void written(List<String> some, @Nullable Throwable failure) {
        if (failure == null) {
            if (failing) {
                failing = false;
                LOG.info("revokes are kept in the store again");
            }
            synchronized (this) {
                some.forEach(unwritten::remove);
            }
            write();
            return;
        }
        if (!failing) {
            failing = true;
            LOG.warn(
                    "a revoke cannot be kept in the store now, so workers that start do not know it; tried again every"
                            + " {} s: {}",
                    AGAIN_AFTER.toSeconds(),
                    failure.getMessage());
        }
        try {
            var unused = timer.schedule(this::write, AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.warn("the worker ends before the store has taken a revoke: give it again");
        }
    }
}
