package dev.sedano.worker.canvas;

import dev.sedano.task.Retry;
import dev.sedano.task.Signature;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What follows a task, as the executing worker makes it (CONTRACT §4 and §6). All ids are those that the client fixed, or
 * are made of the task's own id: whoever makes a list again makes the same one. Thread-safe.
 */
public final class FollowUps {
    private static final int MOST_NESTING = (1 << 20) - 1;

    private final TaskMessages messages;

    /** With messages in JSON; see {@link TaskMessages#TaskMessages}. */
    public FollowUps(CeleryJson json, Clock clock, String origin, String defaultQueue) {
        this(json, clock, origin, defaultQueue, PayloadForm.DEFAULT);
    }

    /** See {@link TaskMessages#TaskMessages}. */
    public FollowUps(CeleryJson json, Clock clock, String origin, String defaultQueue, PayloadForm form) {
        this.messages = new TaskMessages(json, clock, origin, defaultQueue, form);
    }

    /**
     * Follow-ups, and what the task's result says of them.
     *
     * @param children result tuples of what is published, as Celery stores them
     */
    public record Plan(List<FollowUp> followUps, List<@Nullable Object> children) {
        /** Nothing follows. */
        public static final Plan NONE = new Plan(List.of(), List.of());
    }

    /** Where a message came from and what it was like there: a retry goes the same way. */
    public record Origin(String exchange, String routingKey, String queue, MessageProperties properties, byte[] body) {}

    /** What in {@code embed} cannot be executed yet; null if everything can. */
    public static @Nullable String unsupported(TaskMessage.Embed embed) {
        try {
            if (embed.chord() != null && !CallSignature.of(embed.chord()).isPlain()) {
                return "a chord whose body is no single task";
            }
            for (List<@Nullable Object> list : List.of(embed.callbacks(), embed.errbacks(), embed.chain())) {
                for (Object each : list) {
                    CallSignature signature = CallSignature.of(each);
                    if (!signature.isPlain()) {
                        return "a " + signature.type() + " as callback or step of a chain";
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            return "a callback that cannot be called: " + e.getMessage();
        }
        return null;
    }

    /** Callbacks with the result, then the next step of the chain. */
    public Plan afterSuccess(TaskMessage message, @Nullable Object result) {
        TaskMessage.Embed embed = message.embed();
        if (embed.isEmpty()) {
            return Plan.NONE;
        }
        List<FollowUp> all = new ArrayList<>();
        part(message, "SUCCESS", result, all);
        List<@Nullable Object> children = new ArrayList<>();
        List<@Nullable Object> first = new ArrayList<>();
        first.add(result);
        group("link", embed.callbacks(), first, message, embed.callbacks().size() > 1, all, children);
        if (!embed.chain().isEmpty()) {
            // The chain is reversed: its last element runs next and carries the rest.
            int last = embed.chain().size() - 1;
            CallSignature next = CallSignature.of(embed.chain().get(last));
            String id = idOf(next, message, "chain", last);
            all.add(new FollowUp.Send(messages.call(
                    next,
                    next.argsAfter(first),
                    id,
                    message.rootId(),
                    message.id(),
                    place(next),
                    nesting(next),
                    TaskMessages.embed(
                            CallSignature.list(next.option("link")),
                            CallSignature.list(next.option("link_error")),
                            new ArrayList<>(embed.chain().subList(0, last)),
                            next.option("chord")),
                    Map.of())));
            children.add(tuple(id));
        }
        return new Plan(all, children);
    }

    /**
     * Errbacks with the failed task's id.
     *
     * @param state FAILURE or REVOKED
     * @param error the failure as the stored record tells it
     * @param record the failure as stored, by the id it is to be stored under: for the steps that will never run
     */
    public Plan afterFailure(
            TaskMessage message, String state, @Nullable Object error, Function<String, byte[]> record) {
        TaskMessage.Embed embed = message.embed();
        if (embed.isEmpty()) {
            return Plan.NONE;
        }
        List<FollowUp> all = new ArrayList<>();
        part(message, state, error, all);
        for (int i = embed.chain().size() - 1; i >= 0; i--) {
            CallSignature step = CallSignature.of(embed.chain().get(i));
            String id = step.text("task_id");
            if (id != null) {
                all.add(new FollowUp.Store(id, step.text("reply_to"), record.apply(id)));
                failedStep(message, step, id, error, all);
            }
        }
        List<@Nullable Object> first = new ArrayList<>();
        first.add(message.id());
        group("errback", embed.errbacks(), first, message, true, all, new ArrayList<>());
        return new Plan(all, List.of());
    }

    /** A part of a chord counts whatever became of it. */
    private void part(TaskMessage message, String state, @Nullable Object result, List<FollowUp> all) {
        String group = message.group();
        if (group != null && message.embed().chord() instanceof Map<?, ?> body) {
            all.add(new FollowUp.ChordPart(
                    group,
                    message.id(),
                    message.rootId(),
                    message.groupIndex(),
                    messages.part(message.id(), state, result),
                    CallSignature.strings(body)));
        }
    }

    /** The last step of a header's chain carries the chord. */
    private void failedStep(
            TaskMessage message, CallSignature step, String id, @Nullable Object error, List<FollowUp> all) {
        String group = step.text("group_id");
        if (group != null && step.option("chord") instanceof Map<?, ?> body) {
            all.add(new FollowUp.ChordPart(
                    group,
                    id,
                    message.rootId(),
                    step.option("group_index") instanceof Number index ? index.intValue() : null,
                    messages.part(id, "FAILURE", error),
                    CallSignature.strings(body)));
        }
    }

    /** The message of a chord's body, called with its header's results. */
    public OutgoingMessage chordBody(FollowUp.ChordPart last, List<@Nullable Object> results) {
        CallSignature body = CallSignature.of(last.body());
        List<@Nullable Object> first = new ArrayList<>();
        first.add(results);
        return messages.call(
                body,
                body.argsAfter(first),
                bodyId(last),
                last.rootId(),
                last.taskId(),
                place(body),
                nesting(body),
                TaskMessages.embed(
                        CallSignature.list(body.option("link")),
                        CallSignature.list(body.option("link_error")),
                        body.option("chain") == null ? null : CallSignature.list(body.option("chain")),
                        body.option("chord")),
                Map.of());
    }

    /** The id of a chord's body. */
    public static String bodyId(FollowUp.ChordPart last) {
        String given = CallSignature.of(last.body()).text("task_id");
        return given == null ? NameUuid.of(last.group(), "body") : given;
    }

    /** The message that the body would have been, as far as its failure needs it. */
    public static TaskMessage bodyMessage(FollowUp.ChordPart last) {
        CallSignature body = CallSignature.of(last.body());
        return new TaskMessage(
                2,
                body.task(),
                bodyId(last),
                last.rootId(),
                last.taskId(),
                body.text("group_id"),
                body.option("group_index") instanceof Number index ? index.intValue() : null,
                0,
                nesting(body),
                null,
                null,
                null,
                null,
                null,
                body.text("reply_to"),
                Map.of(),
                body.args(),
                body.kwargs(),
                new TaskMessage.Embed(
                        CallSignature.list(body.option("link")),
                        CallSignature.list(body.option("link_error")),
                        CallSignature.list(body.option("chain")),
                        body.option("chord")));
    }

    private void group(
            String kind,
            List<@Nullable Object> signatures,
            List<@Nullable Object> first,
            TaskMessage message,
            boolean together,
            List<FollowUp> all,
            List<@Nullable Object> children) {
        String groupId = NameUuid.of(message.id(), kind);
        List<@Nullable Object> members = new ArrayList<>();
        for (int i = 0; i < signatures.size(); i++) {
            CallSignature signature = CallSignature.of(signatures.get(i));
            String id = idOf(signature, message, kind, i);
            all.add(new FollowUp.Send(messages.call(
                    signature,
                    signature.argsAfter(first),
                    id,
                    message.rootId(),
                    message.id(),
                    together ? new TaskMessages.GroupPlace(groupId, i) : place(signature),
                    nesting(signature),
                    TaskMessages.embed(
                            CallSignature.list(signature.option("link")),
                            CallSignature.list(signature.option("link_error")),
                            signature.option("chain") == null ? null : CallSignature.list(signature.option("chain")),
                            signature.option("chord")),
                    Map.of())));
            members.add(tuple(id));
        }
        if (together && !members.isEmpty()) {
            List<@Nullable Object> tuple = new ArrayList<>();
            tuple.add(Arrays.asList(groupId, null));
            tuple.add(members);
            children.add(tuple);
        } else {
            children.addAll(members);
        }
    }

    private static @Nullable Object tuple(String id) {
        return Arrays.asList(Arrays.asList(id, null), null);
    }

    private static String idOf(CallSignature signature, TaskMessage message, String kind, int index) {
        String given = signature.text("task_id");
        return given == null ? NameUuid.of(message.id(), kind, Integer.toString(index)) : given;
    }

    private static TaskMessages.@Nullable GroupPlace place(CallSignature signature) {
        String group = signature.text("group_id");
        return group == null
                ? null
                : new TaskMessages.GroupPlace(
                        group, signature.option("group_index") instanceof Number index ? index.intValue() : 0);
    }

    private static int nesting(CallSignature signature) {
        return signature.option("replaced_task_nesting") instanceof Number depth ? depth.intValue() : 0;
    }

    /**
     * The next attempt's message: same id, route and headers, one retry more (celery/app/task.py, {@code
     * signature_from_request}).
     *
     * @param keyHeaders the headers that carry an explicit key
     */
    public OutgoingMessage retry(
            TaskMessage message, Origin origin, Retry retry, Map<String, @Nullable Object> keyHeaders) {
        Map<String, @Nullable Object> headers =
                CarriedHeaders.of(message, origin.properties().headers());
        headers.put("retries", message.retries() + 1);
        Instant due = messages.now().plus(retry.delay());
        headers.put("eta", messages.iso(due));
        headers.put("parent_id", message.parentId() == null ? message.id() : message.parentId());
        headers.putAll(keyHeaders);
        boolean same = retry.args() == null && retry.kwargs() == null && message.protocol() == 2;
        if (!same) {
            headers.remove("argsrepr");
            headers.remove("kwargsrepr");
        }
        // An unchanged payload keeps its form, whatever that was; a new one has that of the settings, as in Celery.
        Encoder.Payload payload = same
                ? new Encoder.Payload(
                        origin.body(),
                        String.valueOf(origin.properties().contentType()),
                        String.valueOf(origin.properties().contentEncoding()),
                        headers.get("compression") instanceof String compression ? compression : null)
                : messages.body(
                        retry.args() == null ? message.args() : retry.args(),
                        retry.kwargs() == null ? message.kwargs() : retry.kwargs(),
                        embedOf(message));
        TaskMessages.mention(payload, headers);
        return new OutgoingMessage(
                origin.exchange(),
                origin.exchange().isEmpty() ? origin.queue() : origin.routingKey(),
                new MessageProperties(
                        payload.contentType(),
                        same ? origin.properties().contentEncoding() : payload.contentEncoding(),
                        origin.properties().correlationId() == null
                                ? message.id()
                                : origin.properties().correlationId(),
                        origin.properties().replyTo(),
                        expiration(message),
                        origin.properties().priority(),
                        headers),
                payload.body());
    }

    /** Whether a retry keeps the payload, byte for byte. */
    public static boolean keepsPayload(TaskMessage message, Retry retry) {
        return retry.args() == null && retry.kwargs() == null && message.protocol() == 2;
    }

    /**
     * The message of the task that takes this one's place: same id, one nesting more, everything that was to follow this
     * task follows that one (celery/app/task.py, {@code replace}).
     */
    public OutgoingMessage replacement(
            TaskMessage message, Origin origin, Signature replacement, Map<String, @Nullable Object> keyHeaders) {
        if (message.nesting() >= MOST_NESTING) {
            throw new IllegalStateException("task " + message.id() + " was replaced too often");
        }
        Map<String, @Nullable Object> options = new LinkedHashMap<>(replacement.options());
        options.putIfAbsent("reply_to", origin.properties().replyTo());
        options.putIfAbsent("priority", origin.properties().priority());
        options.putIfAbsent("ignore_result", message.ignoreResult());
        CallSignature signature = new CallSignature(
                replacement.task(), replacement.args(), replacement.kwargs(), options, replacement.immutable(), null);
        TaskMessage.Embed embed = message.embed();
        List<@Nullable Object> callbacks = new ArrayList<>(CallSignature.list(options.get("link")));
        callbacks.addAll(embed.callbacks());
        List<@Nullable Object> errbacks = new ArrayList<>(CallSignature.list(options.get("link_error")));
        errbacks.addAll(embed.errbacks());
        return messages.call(
                signature,
                signature.args(),
                message.id(),
                message.rootId(),
                message.id(),
                message.group() == null
                        ? null
                        : new TaskMessages.GroupPlace(
                                message.group(), message.groupIndex() == null ? 0 : message.groupIndex()),
                message.nesting() + 1,
                TaskMessages.embed(callbacks, errbacks, embed.chain().isEmpty() ? null : embed.chain(), embed.chord()),
                keyHeaders);
    }

    private @Nullable String expiration(TaskMessage message) {
        if (message.expires() == null) {
            return null;
        }
        long left = Duration.between(messages.now(), message.expires()).toMillis();
        return Long.toString(Math.max(0, left));
    }

    private static Map<String, @Nullable Object> embedOf(TaskMessage message) {
        TaskMessage.Embed embed = message.embed();
        return TaskMessages.embed(
                embed.callbacks(), embed.errbacks(), embed.chain().isEmpty() ? null : embed.chain(), embed.chord());
    }
}
