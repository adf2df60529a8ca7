package dev.sedano.worker.delivery;

import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.GroupResult;
import dev.sedano.task.client.ResultsException;
import dev.sedano.task.client.TaskFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a call that is sent when the run has ended: its id and its place are known, nothing can be read of it here.
 * Immutable.
 */
class SentResult implements AsyncResult {
    private final String id;
    private final @Nullable AsyncResult parent;

    private SentResult(String id, @Nullable AsyncResult parent) {
        this.id = id;
        this.parent = parent;
    }

    /** From {@code [[id, parent], members]}, as {@code SentCalls} makes it. */
    static AsyncResult of(List<?> tuple) {
        List<?> head = (List<?>) tuple.get(0);
        String id = String.valueOf(head.get(0));
        AsyncResult parent = head.get(1) instanceof List<?> before ? of(before) : null;
        if (!(tuple.get(1) instanceof List<?> members)) {
            return new SentResult(id, parent);
        }
        List<AsyncResult> results = new ArrayList<>();
        members.forEach(each -> results.add(of((List<?>) each)));
        return new OfGroup(id, parent, results);
    }

    private static final class OfGroup extends SentResult implements GroupResult {
        private final List<AsyncResult> results;

        OfGroup(String id, @Nullable AsyncResult parent, List<AsyncResult> results) {
            super(id, parent);
            this.results = List.copyOf(results);
        }

        @Override
        public List<AsyncResult> results() {
            return results;
        }

        @Override
        public List<@Nullable Object> get(Duration timeout) {
            throw unread();
        }

        @Override
        public int completedCount() {
            throw unread();
        }

        @Override
        public void save() {
            throw unread();
        }
    }

    final ResultsException unread() {
        return new ResultsException(
                "call " + id
                        + " is sent when the task that sends it has ended, which cannot await it: return this result to"
                        + " the caller, link a callback, or send with a TaskClient",
                null);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public @Nullable AsyncResult parent() {
        return parent;
    }

    @Override
    public @Nullable Object get(Duration timeout) {
        throw unread();
    }

    @Override
    public <T> @Nullable T get(Duration timeout, Class<T> type) {
        throw unread();
    }

    @Override
    public String state() {
        throw unread();
    }

    @Override
    public boolean ready() {
        throw unread();
    }

    @Override
    public boolean successful() {
        throw unread();
    }

    @Override
    public @Nullable TaskFailure failure() {
        throw unread();
    }

    @Override
    public @Nullable Object info() {
        throw unread();
    }

    @Override
    public List<AsyncResult> children() {
        throw unread();
    }

    @Override
    public void forget() {
        throw unread();
    }

    @Override
    public String toString() {
        return "call " + id;
    }
}
