package dev.sedano.worker.event;

import dev.sedano.worker.protocol.CeleryJson;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends events in the form of celery/events/dispatcher.py: those of workers alone, those of tasks in batches, stamped with
 * the logical clock when they happen. While there is no connection task events wait; of more than 10,000 the oldest are
 * dropped. Thread-safe, never blocks.
 */
public final class EventSender {
    private static final int MOST_WAITING = 10_000;
    /** As Celery's buffer. */
    private static final int BATCH = 24;

    private final String node;
    private final LamportClock lamport;
    private final Clock clock;
    private final CeleryJson json;
    private final EventOutlet outlet;
    private final AtomicLong dropped = new AtomicLong();
    private final Deque<Map<String, @Nullable Object>> waiting = new ArrayDeque<>();
    private boolean announced;

    /** @param clock its zone is the one that events name */
    public EventSender(String node, LamportClock lamport, Clock clock, CeleryJson json, EventOutlet outlet) {
        this.node = node;
        this.lamport = lamport;
        this.clock = clock;
        this.json = json;
        this.outlet = outlet;
    }

    /** Sends an event of the worker at once. */
    public void worker(String type, Map<String, ? extends @Nullable Object> fields) {
        outlet.offer(type.replace('-', '.'), () -> json.encode(event(type, fields)));
    }

    /** Sends an event of a task with the next batch. */
    public void task(String type, Map<String, ? extends @Nullable Object> fields) {
        boolean announce;
        synchronized (waiting) {
            if (waiting.size() >= MOST_WAITING) {
                waiting.pollFirst();
                dropped.incrementAndGet();
            }
            waiting.addLast(event(type, fields));
            announce = !announced;
            announced = true;
        }
        if (announce) {
            announce();
        }
    }

    /** Task events that were dropped since too many waited. */
    public long dropped() {
        return dropped.get();
    }

    private void announce() {
        if (!outlet.offer("task.multi", this::batch)) {
            synchronized (waiting) {
                announced = false; // the next event tries again
            }
        }
    }

    private byte[] batch() {
        List<Map<String, @Nullable Object>> events = new ArrayList<>(BATCH);
        boolean more;
        synchronized (waiting) {
            while (events.size() < BATCH && !waiting.isEmpty()) {
                events.add(waiting.removeFirst());
            }
            more = !waiting.isEmpty();
            announced = more;
        }
        if (more) {
            announce();
        }
        return json.encode(events);
    }

    private Map<String, @Nullable Object> event(String type, Map<String, ? extends @Nullable Object> fields) {
        Instant now = clock.instant();
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("hostname", node);
        event.put("utcoffset", hoursWest(clock.getZone(), now));
        event.put("pid", ProcessHandle.current().pid());
        event.put("clock", lamport.forward());
        event.putAll(fields);
        event.put("timestamp", seconds(now));
        event.put("type", type);
        return event;
    }

    /** As Python's {@code time.timezone / 3600}: west of Greenwich is positive. */
    static double hoursWest(ZoneId zone, Instant at) {
        int seconds = zone.getRules().getOffset(at).getTotalSeconds();
        return seconds == 0 ? 0.0 : -seconds / 3600.0;
    }

    /** Seconds since 1970, with microseconds. */
    public static double seconds(Instant time) {
        int micros = time.getNano() / 1000;
        return time.getEpochSecond() + micros / 1e6;
    }
}
