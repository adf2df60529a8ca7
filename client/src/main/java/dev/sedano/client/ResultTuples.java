package dev.sedano.client;

import dev.sedano.task.client.AsyncResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads results as {@link dev.sedano.worker.protocol.ResultTuple} has them. */
final class ResultTuples {
    /** Deeper ones are cut: they come from outside. */
    private static final int DEEPEST = 100;

    private ResultTuples() {}

    /** Null if {@code tuple} is none. */
    static @Nullable AsyncResult read(RemoteResult.Source source, @Nullable Object tuple) {
        return read(source, tuple, 0);
    }

    private static @Nullable AsyncResult read(RemoteResult.Source source, @Nullable Object tuple, int depth) {
        if (depth > DEEPEST || !(tuple instanceof List<?> pair) || pair.size() != 2) {
            return null;
        }
        Object head = pair.get(0);
        Object id = head instanceof List<?> both && !both.isEmpty() ? both.get(0) : head;
        AsyncResult parent =
                head instanceof List<?> both && both.size() == 2 ? read(source, both.get(1), depth + 1) : null;
        if (!(id instanceof String text)) {
            return null;
        }
        if (!(pair.get(1) instanceof List<?> members)) {
            return new RemoteResult(source, text, parent);
        }
        List<AsyncResult> results = new ArrayList<>();
        for (Object member : members) {
            AsyncResult result = read(source, member, depth + 1);
            if (result != null) {
                results.add(result);
            }
        }
        return new RemoteGroup(source, text, parent, results);
    }
}
