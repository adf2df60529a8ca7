package dev.sedano.worker.canvas;

import dev.sedano.task.Retry;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What follows a task, as the executing worker makes it (CONTRACT §4 and §6). All ids are those that the client fixed, or
 * are made of the task's own id: whoever makes a list again makes the same one. Thread-safe.
 */
public final class FollowUps {
    private static final Set<String> KEPT_OF_A_BARE_BODY =
            Set.of("task_id", "parent_id", "reply_to", "group_id", "group_index", "chord");

    private final TaskMessages messages;
    private final boolean inheritsPriority;
    private final InlineErrbacks inlineErrbacks;

    /** With messages in JSON; see {@link TaskMessages#TaskMessages}. */
    public FollowUps(CeleryJson json, Clock clock, String origin, String defaultQueue) {
        this(json, clock, origin, defaultQueue, PayloadForm.DEFAULT);
    }

    /** With one queue for all that name none. */
    public FollowUps(CeleryJson json, Clock clock, String origin, String defaultQueue, PayloadForm form) {
        this(json, clock, origin, Router.to(defaultQueue), form);
    }

    /** See {@link TaskMessages#TaskMessages}. */
    public FollowUps(CeleryJson json, Clock clock, String origin, Router router, PayloadForm form) {
        this(new TaskMessages(json, clock, origin, router, form), false, InlineErrbacks.NONE);
    }

    private FollowUps(TaskMessages messages, boolean inheritsPriority, InlineErrbacks inlineErrbacks) {
        this.messages = messages;
        this.inheritsPriority = inheritsPriority;
        this.inlineErrbacks = inlineErrbacks;
    }

    /** The same, knowing which errbacks are called in the failing worker. */
    public FollowUps calling(InlineErrbacks errbacks) {
        return new FollowUps(messages, inheritsPriority, errbacks);
    }

    /** The same, knowing these tasks. */
    public FollowUps knowing(KnownTasks tasks) {
        return new FollowUps(messages.knowing(tasks), inheritsPriority, inlineErrbacks);
    }

    /** The same, with Celery's setting {@code task_inherit_parent_priority}. */
    public FollowUps inheritingPriority(boolean inherits) {
        return new FollowUps(messages, inherits, inlineErrbacks);
    }

    /** Whether what follows a task gets the priority of its message. */
    public boolean inheritsPriority() {
        return inheritsPriority;
    }

    /**
     * Follow-ups, and what the task's result says of them.
     *
     * @param children result tuples of what is published, as Celery stores them
     */
    public record Plan(List<FollowUp> followUps, List<@Nullable Object> children) {
        /** Nothing follows. */
        public static final Plan NONE = new Plan(List.of(), List.of());

        /** Both, this one first. */
        public Plan with(Plan other) {
            if (other.followUps().isEmpty()) {
                return this;
            }
            List<FollowUp> all = new ArrayList<>(followUps);
            all.addAll(other.followUps());
            List<@Nullable Object> both = new ArrayList<>(children);
            both.addAll(other.children());
            return new Plan(all, both);
        }
    }

    /** A signature as it came in an argument. */
    public static Map<String, @Nullable Object> signature(Map<?, ?> value) {
        return CallSignature.strings(value);
    }

    /** Where a message came from and what it was like there: a retry goes the same way. */
    public record Origin(String exchange, String routingKey, String queue, MessageProperties properties, byte[] body) {}

    /** Why what is to follow a task cannot be called at all; null if it can. */
    public static @Nullable MalformedFollowUps malformed(TaskMessage.Embed embed) {
        try {
            if (embed.chord() != null) {
                Node.of(embed.chord());
            }
            Node.all(embed.callbacks());
            Node.all(embed.errbacks());
            Node.all(embed.chain());
        } catch (IllegalArgumentException e) {
            return MalformedFollowUps.of(e);
        }
        return null;
    }

    /**
     * Callbacks with the result, then the next step of the chain (celery/app/trace.py, {@code
     * _dispatch_callbacks_and_chain}).
     *
     * @param priority what children inherit; null = nothing
     */
    public Plan afterSuccess(TaskMessage message, @Nullable Object result, @Nullable Integer priority) {
        TaskMessage.Embed embed = message.embed();
        if (embed.isEmpty()) {
            return Plan.NONE;
        }
        Dispatch dispatch = dispatch(message, "success");
        List<@Nullable Object> first = Dispatch.one(result);
        Map<String, @Nullable Object> options = Dispatch.options(message.id(), message.rootId());
        options.put("priority", priority);
        List<Node> callbacks = Node.all(embed.callbacks());
        if (callbacks.size() == 1) {
            callbacks.get(0).apply(dispatch, first, Map.of(), options);
        } else if (!callbacks.isEmpty()) {
            List<Node> others = new ArrayList<>();
            for (Node callback : callbacks) {
                if (callback instanceof GroupNode) {
                    callback.apply(dispatch, first, Map.of(), options);
                } else {
                    others.add(callback);
                }
            }
            if (!others.isEmpty()) {
                new GroupNode(others, Map.of()).apply(dispatch, first, Map.of(), options);
            }
        }
        if (!embed.chain().isEmpty()) {
            // The chain is reversed: its last element runs next and carries the rest.
            int last = embed.chain().size() - 1;
            options.put("chain", new ArrayList<>(embed.chain().subList(0, last)));
            Node.of(embed.chain().get(last)).apply(dispatch, first, Map.of(), options);
        }
        List<FollowUp> all = new ArrayList<>(dispatch.followUps());
        if (message.group() != null && embed.chord() instanceof Map<?, ?> body) {
            all.add(new FollowUp.ChordPart(
                    message.group(),
                    message.id(),
                    message.rootId(),
                    message.groupIndex(),
                    messages.part(message.id(), "SUCCESS", result),
                    CallSignature.strings(body),
                    priority));
        }
        return new Plan(all, dispatch.children());
    }

    /**
     * A signature that a task called.
     *
     * @param result its result tuple, as Celery stores it
     */
    public record Applied(Plan plan, List<@Nullable Object> result) {}

    /** For what the handler of {@code message} sends. */
    public SentCalls calls(TaskMessage message, @Nullable Integer priority) {
        return new SentCalls(messages.ofHandler(), message, inheritsPriority ? priority : null);
    }

    /**
     * A call of any signature.
     *
     * @param taskId the task that calls it, once
     * @param rootId the root of that task's workflow
     * @throws IllegalArgumentException if it is none
     */
    public Applied apply(
            String taskId, String rootId, Map<String, @Nullable Object> signature, List<@Nullable Object> args) {
        Dispatch dispatch = new Dispatch(messages, new Ids(taskId, "apply"), taskId, rootId);
        ResultNode result = Node.of(signature).apply(dispatch, args, Map.of(), Map.of());
        return new Applied(new Plan(dispatch.followUps(), dispatch.children()), result.tuple());
    }

    /**
     * Calls for whose results the chord of {@code message} waits, too (celery/app/task.py, {@code add_to_chord}).
     *
     * @param priority what the calls inherit; null = nothing
     * @throws IllegalArgumentException if the task is in no chord's header
     */
    public Plan addToChord(
            TaskMessage message, List<Map<String, @Nullable Object>> signatures, @Nullable Integer priority) {
        String group = message.group();
        if (group == null || message.embed().chord() == null) {
            throw new IllegalArgumentException("task " + message.id() + " is not in the header of a chord");
        }
        Dispatch dispatch = dispatch(message, "add" + message.nesting()).inheriting(priority);
        for (Map<String, @Nullable Object> signature : signatures) {
            Node node = Node.of(signature).copy(); // made by the handler, so its arguments are no lists
            node.options.put("group_id", group);
            node.options.put("group_index", message.groupIndex());
            node.options.put("chord", message.embed().chord());
            node.options.put("root_id", message.rootId());
            dispatch.chordAddition(group, node.freeze(dispatch, Place.ANYWHERE).id, node.parts());
            node.apply(dispatch, List.of(), Map.of(), Map.of());
        }
        return new Plan(dispatch.followUps(), dispatch.children());
    }

    private Dispatch dispatch(TaskMessage message, String kind) {
        return new Dispatch(messages, new Ids(message.id(), kind), message.id(), message.rootId());
    }

    /**
     * Errbacks with the failed task's id, and the failure for everything that will never run.
     *
     * @param state FAILURE or REVOKED
     * @param error the failure as the stored record tells it
     * @param traceback as the stored record tells it
     * @param record the failure as it is stored for a task that will never run
     */
    public Plan afterFailure(
            TaskMessage message,
            String state,
            @Nullable Object error,
            @Nullable String traceback,
            Function<TaskMessage, byte[]> record) {
        if (message.embed().isEmpty()) {
            return Plan.NONE;
        }
        return new Plan(
                new Failures(messages, inlineErrbacks)
                        .afterTask(message, new Failures.Cause(message.rootId(), state, error, traceback, record)),
                List.of());
    }

    /**
     * A call of a chord's body with its header's results.
     *
     * @throws UnsendableException if the broker's protocol cannot carry it
     * @throws EncodingException if it has no wire form
     */
    public List<FollowUp> chordBody(FollowUp.ChordPart last, List<@Nullable Object> results) {
        Dispatch dispatch = new Dispatch(messages, new Ids(last.group(), "body"), last.taskId(), last.rootId())
                .inheriting(last.priority());
        Node body = Node.of(last.body());
        if (body instanceof TaskNode && body.options.get("task_id") == null) {
            body.options.put("task_id", bodyId(last));
        }
        body.apply(dispatch, Dispatch.one(results), Map.of(), Map.of());
        List<FollowUp> all = dispatch.followUps();
        for (FollowUp each : all) {
            if (each instanceof FollowUp.Send send) {
                AmqpLimits.check(send.message());
            }
        }
        return all;
    }

    /** The id of a chord's body. */
    public static String bodyId(FollowUp.ChordPart last) {
        String given = CallSignature.of(last.body()).text("task_id");
        return given == null ? NameUuid.of(last.group(), "body") : given;
    }

    /** The same, with no more of its body than the name, the result and the chord that waits for it. */
    public static FollowUp.ChordPart bare(FollowUp.ChordPart last) {
        Map<String, @Nullable Object> options =
                new LinkedHashMap<>(CallSignature.strings(last.body().get("options")));
        options.keySet().retainAll(KEPT_OF_A_BARE_BODY);
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("task", last.body().get("task") instanceof String task ? task : "unknown");
        body.put("options", options);
        return withBody(last, body);
    }

    /** The same, with a body that has no errbacks, nor have the calls in it. */
    public static FollowUp.ChordPart withoutErrbacks(FollowUp.ChordPart last) {
        return withBody(last, CallSignature.withoutErrbacks(last.body()));
    }

    private static FollowUp.ChordPart withBody(FollowUp.ChordPart last, Map<String, @Nullable Object> body) {
        return new FollowUp.ChordPart(
                last.group(), last.taskId(), last.rootId(), last.groupIndex(), last.value(), body, last.priority());
    }

    /** The message that the body would have been, as far as the record of its failure needs it. */
    public static TaskMessage bodyMessage(FollowUp.ChordPart last) {
        return Failures.unsent(CallSignature.of(last.body()), bodyId(last), last.rootId(), last.taskId());
    }

    /** Whether the results of a chord's body are those of the members of a group. */
    public static boolean bodyIsGroup(FollowUp.ChordPart last) {
        return Node.of(last.body()) instanceof GroupNode;
    }

    /**
     * What the failure of a chord's header leads to: its body will never run.
     *
     * @param error the failure as the stored record tells it
     * @param told the errbacks that were called when the part failed, as its value says: they are not called again
     * @param record the failure as stored, by the id it is to be stored under and the result tuples of its errbacks
     */
    public List<FollowUp> afterHeaderFailure(
            FollowUp.ChordPart last,
            @Nullable Object error,
            ToldErrbacks told,
            BiFunction<String, List<@Nullable Object>, byte[]> record) {
        return new Failures(messages, inlineErrbacks)
                .ofBody(last.body(), bodyId(last), last.rootId(), error, told, record);
    }

    /**
     * The next attempt's message: same id, route and headers, one retry more (celery/app/task.py, {@code
     * signature_from_request}).
     *
     * @param keyHeaders the headers that carry an explicit key
     */
    public OutgoingMessage retry(
            TaskMessage message, Origin origin, Retry retry, Map<String, @Nullable Object> keyHeaders) {
        return new RetryMessage(messages, message, origin, retry).with(keyHeaders);
    }

    /** Whether a retry keeps the payload, byte for byte. */
    public static boolean keepsPayload(TaskMessage message, Retry retry) {
        return RetryMessage.keepsPayload(message, retry);
    }

    /**
     * What takes this task's place, under its id: everything that was to follow this task follows that.
     *
     * @throws ImproperlyConfiguredException if there is nothing in it to take the place
     */
    public List<FollowUp> replacement(
            TaskMessage message,
            Origin origin,
            Map<String, @Nullable Object> replacement,
            Map<String, @Nullable Object> keyHeaders) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        given.put("reply_to", origin.properties().replyTo());
        given.put("priority", origin.properties().priority());
        // It runs where the replaced task did: nobody may consume the default queue.
        String queue = origin.queue().equals(messages.defaultQueue()) ? null : origin.queue();
        return new Replacement(messages).of(message, replacement, given, keyHeaders, queue);
    }
}
