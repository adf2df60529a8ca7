package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices messages that may be delivered when their key is forgotten: their {@code eta}, or their {@code expires}, is
 * further away than a marker lives that is made now. A copy that runs at once, under the same key, would not be remembered
 * when the other is due. Every such delivery is counted; the log has one line a minute. Thread-safe.
 */
final class MarkerHorizon {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerHorizon.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final Duration retention;
    private final PipelineEvents events;
    private final Clock clock;
    private final Ticker ticker;
    private final AtomicLong nextLine;

    /** @param retention for tasks without a setting of their own */
    MarkerHorizon(Duration retention, PipelineEvents events, Clock clock, Ticker ticker) {
        this.retention = retention;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
        this.nextLine = new AtomicLong(ticker.nanos());
    }

    void look(Work work) {
        TaskMessage message = work.message;
        if (message.eta() == null && message.expires() == null) {
            return;
        }
        Duration life = Objects.requireNonNullElse(work.handler.ttl(), retention);
        Instant horizon = clock.instant().plus(life);
        String field = isBeyond(message.eta(), horizon) ? "eta" : isBeyond(message.expires(), horizon) ? "expires" : "";
        if (field.isEmpty()) {
            return;
        }
        events.beyondRetention(work.handler.name());
        long next = nextLine.get();
        long now = ticker.nanos();
        if (now - next >= 0 && nextLine.compareAndSet(next, now + BETWEEN_LINES.toNanos())) {
            LOG.warn(
                    "task {} id {}: its {} is further away than the {} for which its key is remembered once it is done: a"
                            + " copy that is delivered after that runs again; set a longer ttl for the task, or a longer"
                            + " --retention (further ones are counted in sedano_beyond_retention_total)",
                    work.handler.name(),
                    message.id(),
                    field,
                    life);
        }
    }

    private static boolean isBeyond(@Nullable Instant time, Instant horizon) {
        return time != null && time.isAfter(horizon);
    }
}
