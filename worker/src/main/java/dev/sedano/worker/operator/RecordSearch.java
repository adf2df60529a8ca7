package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records of a task id: its own, and those of explicit keys that name it.
 *
 * @param most names to look at
 * @param progress told the number of names looked at, every 100,000
 */
record RecordSearch(RedisStoreInspection store, long most, LongConsumer progress) {
    private static final long EVERY = 100_000;

    /** @param explicit looked up beside the id; null = unknown */
    List<StoredRecord> of(String taskId, @Nullable TaskKey explicit) {
        List<StoredRecord> found = new ArrayList<>();
        for (TaskKey key :
                explicit == null ? List.of(TaskKey.ofTaskId(taskId)) : List.of(explicit, TaskKey.ofTaskId(taskId))) {
            StoredRecord record = store.record(key.record());
            if (record != null) {
                found.add(record);
            }
        }
        if (found.isEmpty()) {
            scan(taskId, found);
        }
        return found;
    }

    private void scan(String taskId, List<StoredRecord> found) {
        store.eachRecord((name, count) -> {
            if (count % EVERY == 0) {
                progress.accept(count);
            }
            StoredRecord record = name.indexOf('\0') >= 0 || name.startsWith("sha256:") ? store.record(name) : null;
            if (record != null
                    && names(record, taskId)
                    && found.stream().noneMatch(each -> each.name().equals(name))) {
                found.add(record);
            }
            return count < most;
        });
    }

    /** Whether the first id, a released one, or a word of the history is the id. */
    private static boolean names(StoredRecord record, String taskId) {
        if (taskId.equals(record.text("id0"))) {
            return true;
        }
        for (String field : new String[] {"ev", "rel", "ids", "ldup"}) {
            for (String word :
                    Objects.requireNonNullElse(record.text(field), "").split("\\s+", -1)) {
                if (word.equals(taskId)) {
                    return true;
                }
            }
        }
        return false;
    }
}
