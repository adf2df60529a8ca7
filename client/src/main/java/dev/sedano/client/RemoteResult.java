package dev.sedano.client;

import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.ResultTimeoutException;
import dev.sedano.task.client.TaskFailure;
import dev.sedano.worker.protocol.CeleryJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The result of one task. */
final class RemoteResult implements AsyncResult {
    /** What results need to be read. */
    record Source(Backend backend, Failures failures, CeleryJson json) {}

    private final Source source;
    private final String id;
    private final @Nullable AsyncResult parent;
    /** A final record stays as it is; null = not seen yet. */
    private volatile @Nullable TaskRecord ended;

    RemoteResult(Source source, String id, @Nullable AsyncResult parent) {
        this.source = source;
        this.id = id;
        this.parent = parent;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public @Nullable AsyncResult parent() {
        return parent;
    }

    private TaskRecord record() {
        TaskRecord known = ended;
        return known != null ? known : keep(source.backend().read(id));
    }

    private TaskRecord keep(TaskRecord record) {
        if (record.isFinal()) {
            ended = record;
        }
        return record;
    }

    @Override
    public @Nullable Object get(Duration timeout) throws InterruptedException {
        TaskRecord record = ended;
        if (record == null) {
            Duration within = timeout.isNegative() ? Duration.ZERO : timeout;
            record = keep(source.backend().await(id, within));
            if (!record.isFinal()) {
                throw new ResultTimeoutException(id, within, record.state());
            }
        }
        if (record.isSuccess()) {
            return record.result();
        }
        throw source.failures().thrown(source.failures().of(id, record));
    }

    @Override
    public <T> @Nullable T get(Duration timeout, Class<T> type) throws InterruptedException {
        return source.json().convert(get(timeout), type);
    }

    @Override
    public String state() {
        return record().state();
    }

    @Override
    public boolean ready() {
        return record().isFinal();
    }

    @Override
    public boolean successful() {
        return record().isSuccess();
    }

    @Override
    public @Nullable TaskFailure failure() {
        TaskRecord record = record();
        return record.isFinal() && !record.isSuccess() ? source.failures().of(id, record) : null;
    }

    @Override
    public @Nullable Object info() {
        return record().result();
    }

    @Override
    public List<AsyncResult> children() {
        List<AsyncResult> all = new ArrayList<>();
        for (Object tuple : record().children()) {
            AsyncResult child = ResultTuples.read(source, tuple);
            if (child != null) {
                all.add(child);
            }
        }
        return List.copyOf(all);
    }

    @Override
    public void forget() {
        source.backend().forget(id);
        ended = null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RemoteResult result && result.id.equals(id);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id);
    }

    @Override
    public String toString() {
        return "task " + id;
    }
}
