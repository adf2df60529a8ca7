package dev.sedano.worker.result;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.protocol.TaskMessage;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The result backend is disabled. */
public final class NoResults implements Results {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    @Override
    public IdempotencyStore.@Nullable ResultWrite withMarker(TaskMessage message, byte[] record) {
        return null;
    }

    @Override
    public CompletableFuture<?> beforeMarker(TaskMessage message, byte[] record) {
        return DONE;
    }

    @Override
    public CompletableFuture<?> afterMarker(TaskMessage message, byte[] record) {
        return DONE;
    }

    @Override
    public CompletableFuture<?> send(TaskMessage message, byte[] record) {
        return DONE;
    }

    @Override
    public CompletableFuture<?> sendFor(String taskId, @Nullable String replyTo, byte[] record) {
        return DONE;
    }

    @Override
    public boolean keepsRecords() {
        return false;
    }
}
