package dev.sedano.client;

import dev.sedano.task.client.ResultsException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** No result backend is configured: tasks can be sent, nothing can be asked. */
final class NoBackend implements Backend {
    private static ResultsException none() {
        return new ResultsException(
                "this client reads no results: give ClientConfig the workers' result_backend, as redis://host:6379/0",
                null);
    }

    @Override
    public void expect() {}

    @Override
    public void checkChords() {
        throw new IllegalArgumentException(
                "a chord needs results in Redis: give ClientConfig the workers' result_backend, as redis://host:6379/0");
    }

    @Override
    public TaskRecord read(String taskId) {
        throw none();
    }

    @Override
    public TaskRecord await(String taskId, Duration within) {
        throw none();
    }

    @Override
    public void forget(String taskId) {
        throw none();
    }

    @Override
    public void beginChord(String group, int size, byte @Nullable [] savedGroup) {
        throw none();
    }

    @Override
    public void saveGroup(String group, List<@Nullable Object> tuple) {
        throw none();
    }

    @Override
    public @Nullable List<?> savedGroup(String group) {
        throw none();
    }

    @Override
    public void forgetGroup(String group) {
        throw none();
    }

    @Override
    public void close() {}
}
