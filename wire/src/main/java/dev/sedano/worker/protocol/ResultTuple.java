package dev.sedano.worker.protocol;

import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.GroupResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A result as Celery stores and returns it: {@code [[id, parent], members]}, members null for a task (celery/result.py,
 * {@code as_tuple}).
 */
public final class ResultTuple {
    /** What no reader of such JSON could take in: a step of a chain takes two levels. */
    private static final int DEEPEST = CeleryJson.DEEPEST / 2;

    private ResultTuple() {}

    /**
     * The plain value.
     *
     * @throws EncodingException if it has more than 250 steps or levels of groups
     */
    public static List<@Nullable Object> of(AsyncResult result) {
        return of(result, 0);
    }

    private static List<@Nullable Object> of(AsyncResult result, int depth) {
        if (depth > DEEPEST) {
            throw new EncodingException("the result of a call of more than " + DEEPEST + " steps or levels", false);
        }
        AsyncResult before = result.parent();
        List<@Nullable Object> head = Arrays.asList(result.id(), before == null ? null : of(before, depth + 1));
        if (!(result instanceof GroupResult group)) {
            return Arrays.asList(head, null);
        }
        List<@Nullable Object> members = new ArrayList<>();
        group.results().forEach(each -> members.add(of(each, depth + 1)));
        return Arrays.asList(head, members);
    }
}
