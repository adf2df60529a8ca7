package dev.sedano.worker.result;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.protocol.TaskMessage;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Results as messages to the caller's reply queue (CONTRACT §5.1), sent after the marker is set: a worker that dies in
 * between leaves a delivery whose next copy is a duplicate and sends the kept record again.
 */
public final class RpcResults implements Results {
    /** Sends one reply; the future completes when the broker confirmed it. */
    @FunctionalInterface
    public interface ReplySender {
        /** @param correlationId as the client expects it */
        CompletableFuture<?> send(String replyTo, String correlationId, Encoder.Payload record);
    }

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final ReplySender sender;
    private final ResultForm form;

    /** @param form of the replies */
    public RpcResults(ReplySender sender, ResultForm form) {
        this.sender = sender;
        this.form = form;
    }

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
        return send(message, record);
    }

    @Override
    public CompletableFuture<?> send(TaskMessage message, byte[] record) {
        String replyTo = message.replyTo();
        if (!Results.wanted(message) || replyTo == null || replyTo.isEmpty()) {
            return DONE;
        }
        String correlationId = message.correlationId();
        return sender.send(replyTo, correlationId == null ? message.id() : correlationId, form.toReply(record));
    }

    @Override
    public CompletableFuture<?> sendFor(String taskId, @Nullable String replyTo, byte[] record) {
        return replyTo == null || replyTo.isEmpty() ? DONE : sender.send(replyTo, taskId, form.toReply(record));
    }

    @Override
    public boolean keepsRecords() {
        return true;
    }
}
