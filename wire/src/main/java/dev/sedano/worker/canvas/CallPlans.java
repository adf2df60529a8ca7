package dev.sedano.worker.canvas;

import dev.sedano.task.Canvas;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.compression.Compression;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a producer that is no worker sends for a call (Celery's {@code apply_async}). Thread-safe. */
public final class CallPlans {
    private final TaskMessages messages;

    /**
     * @param origin who publishes, as Celery's header says it
     * @param replyTo where this producer waits for replies
     * @param defaultQueue where tasks go that name no queue
     * @param form of messages whose signature does not say another
     */
    public CallPlans(
            CeleryJson json, Clock clock, String origin, String replyTo, String defaultQueue, PayloadForm form) {
        this.messages = TaskMessages.ofProducer(json, clock, origin, replyTo, defaultQueue, form);
    }

    /**
     * What is to be done, in this order, and what comes of it.
     *
     * @param followUps sizes of chords first, then messages
     * @param result the result tuple, as Celery stores it
     */
    public record Plan(List<FollowUp> followUps, List<@Nullable Object> result) {}

    /**
     * The plan of a call. Its ids are fixed with it: whoever sends its messages again sends the same call.
     *
     * @param options those of the call, by Celery's names; they come before the canvas's own
     * @throws IllegalArgumentException if it cannot be sent; the message names what, and no argument's value
     */
    public Plan of(Canvas canvas, Map<String, @Nullable Object> options) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        options.forEach((name, value) -> given.put(name, CanvasMaps.callbacks(value)));
        checkForm(given);
        Dispatch dispatch = new Dispatch(messages, new Ids(UUID.randomUUID().toString(), "call"), null, null);
        return applied(dispatch, canvas, given);
    }

    /** As {@link #of}, collected by {@code dispatch}, which is of no use any more if this throws. */
    static Plan applied(Dispatch dispatch, Canvas canvas, Map<String, @Nullable Object> given) {
        Node node = Node.of(CanvasMaps.of(canvas));
        if (Node.isEmptyGroup(node) || Node.isEmptyChain(node)) {
            throw new IllegalArgumentException("an empty " + node.type() + " has nothing to send: add a task");
        }
        try {
            ResultNode result = node.apply(dispatch, List.of(), Map.of(), given);
            List<FollowUp> all = dispatch.followUps();
            for (FollowUp each : all) {
                if (each instanceof FollowUp.Send send) {
                    AmqpLimits.check(send.message());
                }
            }
            return new Plan(all, result.tuple());
        } catch (EncodingException | UnsendableException e) {
            throw new IllegalArgumentException(
                    "the call cannot be written: " + e.getMessage() + "; send text, numbers, lists, maps or records",
                    e);
        }
    }

    private static void checkForm(Map<String, @Nullable Object> options) {
        if (options.get("serializer") instanceof String name && Serializer.of(name) == null) {
            throw new IllegalArgumentException("serializer \"" + name + "\" is not one of " + Serializer.names());
        }
        if (options.get("compression") instanceof String name) {
            Compression compression = Compression.of(name);
            if (compression == null || !compression.writes()) {
                throw new IllegalArgumentException("compression \"" + name + "\" cannot be written: use zstd or gzip");
            }
        }
    }
}
