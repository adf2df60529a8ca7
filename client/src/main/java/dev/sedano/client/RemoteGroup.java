package dev.sedano.client;

import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.GroupResult;
import dev.sedano.task.client.ResultTimeoutException;
import dev.sedano.task.client.ResultsException;
import dev.sedano.task.client.TaskFailure;
import dev.sedano.worker.protocol.ResultTuple;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results of a group's members; it has no record of its own. */
final class RemoteGroup implements GroupResult {
    private static final Ticker TICKER = Ticker.system();

    private final RemoteResult.Source source;
    private final String id;
    private final @Nullable AsyncResult parent;
    private final List<AsyncResult> results;

    RemoteGroup(RemoteResult.Source source, String id, @Nullable AsyncResult parent, List<AsyncResult> results) {
        this.source = source;
        this.id = id;
        this.parent = parent;
        this.results = List.copyOf(results);
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
    public List<AsyncResult> results() {
        return results;
    }

    @Override
    public List<@Nullable Object> get(Duration timeout) throws InterruptedException {
        long until = TICKER.nanos() + RedisBackend.nanos(timeout);
        List<@Nullable Object> values = new ArrayList<>();
        for (AsyncResult each : results) {
            try {
                values.add(each.get(Duration.ofNanos(Math.max(0, until - TICKER.nanos()))));
            } catch (ResultTimeoutException e) {
                throw e.getCause() instanceof ResultsException unanswered
                        ? new ResultTimeoutException(e.taskId(), timeout, unanswered)
                        : new ResultTimeoutException(e.taskId(), timeout, "of group " + id);
            }
        }
        return values;
    }

    @Override
    public <T> @Nullable T get(Duration timeout, Class<T> type) throws InterruptedException {
        return source.json().convert(get(timeout), type);
    }

    @Override
    public String state() {
        TaskFailure failed = failure();
        return failed != null ? "FAILURE" : ready() ? "SUCCESS" : "PENDING";
    }

    @Override
    public boolean ready() {
        return results.stream().allMatch(AsyncResult::ready);
    }

    @Override
    public boolean successful() {
        return results.stream().allMatch(AsyncResult::successful);
    }

    @Override
    public int completedCount() {
        return (int) results.stream().filter(AsyncResult::successful).count();
    }

    @Override
    public @Nullable TaskFailure failure() {
        for (AsyncResult each : results) {
            TaskFailure failed = each.failure();
            if (failed != null) {
                return failed;
            }
        }
        return null;
    }

    @Override
    public @Nullable Object info() {
        List<@Nullable Object> all = new ArrayList<>();
        results.forEach(each -> all.add(each.info()));
        return all;
    }

    @Override
    public List<AsyncResult> children() {
        return results;
    }

    /** The members' records, and the saved structure. */
    @Override
    public void forget() {
        results.forEach(AsyncResult::forget);
        source.backend().forgetGroup(id);
    }

    @Override
    public void save() {
        source.backend().saveGroup(id, ResultTuple.of(this));
    }

    @Override
    public String toString() {
        return "group " + id + " of " + results.size();
    }
}
