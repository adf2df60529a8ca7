package dev.sedano.worker.control;

import dev.sedano.worker.delivery.TaskView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that must not run: by id, and by the value of a stamp. Bounded as Celery's: of more than 50,000 the oldest are
 * forgotten. Thread-safe.
 */
public final class RevokedTasks {
    /** As in Celery. */
    public static final int MOST = 50_000;

    /** Characters of an id or a stamp: what is kept is bounded in memory, too. */
    static final int LONGEST = 1_000;

    private static final String STAMP = "stamp\u0000";

    private final Duration keep;
    private final Clock clock;
    /** What is revoked, oldest first, and until when; a stamp is {@code stamp NUL header NUL value}. */
    private final Map<String, Instant> until = new LinkedHashMap<>();

    /** @param keep how long a revoke holds */
    public RevokedTasks(Duration keep, Clock clock) {
        this.keep = keep;
        this.clock = clock;
    }

    /** How a stamp's value is kept among the ids. */
    public static String stamp(String header, String value) {
        return STAMP + header + '\u0000' + value;
    }

    /** Whether a task may have this id, and it is nothing else, such as a stamp. */
    static boolean isId(String entry) {
        return !entry.isEmpty() && entry.length() <= LONGEST && entry.indexOf('\u0000') < 0;
    }

    /** Adds ids and stamps. */
    public synchronized void add(Collection<String> revoked) {
        purge();
        Instant end = clock.instant().plus(keep);
        revoked.forEach(each -> {
            until.remove(each);
            until.put(each, end);
        });
        Iterator<String> oldest = until.keySet().iterator();
        while (until.size() > MOST) {
            oldest.next();
            oldest.remove();
        }
    }

    /** The ids, oldest first. */
    public synchronized List<String> ids() {
        purge();
        List<String> ids = new ArrayList<>();
        for (String each : until.keySet()) {
            if (!each.startsWith(STAMP)) {
                ids.add(each);
            }
        }
        return ids;
    }

    /** Whether the task's id, or one of its stamps, is revoked. */
    public boolean contains(TaskView task) {
        synchronized (this) {
            if (until.isEmpty()) {
                return false;
            }
        }
        if (isRevoked(task.message().id())) {
            return true;
        }
        if (!(task.delivery().properties().headers().get("stamps") instanceof Map<?, ?> stamps)) {
            return false;
        }
        for (Map.Entry<?, ?> entry : stamps.entrySet()) {
            for (Object value : listOf(entry.getValue())) {
                if (isRevoked(stamp(String.valueOf(entry.getKey()), String.valueOf(value)))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the task's id is revoked. */
    public boolean containsId(TaskView task) {
        return isRevoked(task.message().id());
    }

    /** A stamp is one value or a list of them. */
    static List<?> listOf(@Nullable Object stamp) {
        return stamp instanceof List<?> list ? list : stamp == null ? List.of() : List.of(stamp);
    }

    private synchronized boolean isRevoked(String each) {
        Instant end = until.get(each);
        return end != null && clock.instant().isBefore(end);
    }

    private void purge() {
        Instant now = clock.instant();
        Iterator<Instant> ends = until.values().iterator();
        while (ends.hasNext() && !now.isBefore(ends.next())) {
            ends.remove();
        }
    }
}
