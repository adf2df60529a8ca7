package dev.sedano.task.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results of a group, in the order of its members; members may be groups. Thread-safe. */
public interface GroupResult extends AsyncResult {
    /** The members; unmodifiable. */
    List<AsyncResult> results();

    /** How many members ended well. */
    int completedCount();

    /** All values, in order; of a member that is a group, a list. Throws what the first failed member throws. */
    @Override
    List<@Nullable Object> get(Duration timeout) throws InterruptedException;

    /** Stores the structure, as Python's {@code GroupResult.save}: {@link TaskClient#savedGroup} finds it. */
    void save();
}
