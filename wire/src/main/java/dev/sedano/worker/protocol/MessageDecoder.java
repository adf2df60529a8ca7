package dev.sedano.worker.protocol;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the envelope and body of a delivery into a task message: protocol 2, protocol 1, and the hybrid of both (a body
 * of protocol 1 under headers of protocol 2). Follows celery/worker/strategy.py, but refuses what makes the reference
 * worker lose the message or die. Thread-safe.
 */
public final class MessageDecoder {
    /** Retries share a 53 bit number with the nesting (idempotency attempt), so they stay below 2^20. */
    public static final int MOST_RETRIES = (1 << 20) - 1;

    private final Contents contents;
    private final DecodeLimits limits;

    /**
     * Of every serialiser, within the usual limits.
     *
     * @param json decodes JSON bodies
     */
    public MessageDecoder(CeleryJson json) {
        this(json, EnumSet.allOf(Serializer.class), DecodeLimits.DEFAULT);
    }

    /**
     * A decoder.
     *
     * @param json decodes JSON bodies
     * @param accepted Celery's {@code accept_content}
     */
    public MessageDecoder(CeleryJson json, Set<Serializer> accepted, DecodeLimits limits) {
        this.contents = new Contents(json, accepted, limits);
        this.limits = limits;
    }

    /** What the message says, or why it can never be processed. Never throws. */
    public Decoded decode(MessageProperties properties, byte[] body) {
        Map<String, @Nullable Object> headers = properties.headers();
        Known known = new Known();
        known.look(headers);
        try {
            HeaderLimits.check(headers, limits);
            Object payload = contents.decode(properties, body);
            return headers.containsKey("task")
                    ? protocol2(properties, payload, known)
                    : protocol1(properties, payload, known);
        } catch (Fields.MalformedField e) {
            return known.poison(PoisonReason.MALFORMED_HEADER, message(e));
        } catch (ProtocolException e) {
            return known.poison(e.reason(), message(e));
        } catch (RuntimeException e) {
            // A defect here must not stop the consumer: the message would come back and stop the next one.
            return known.poison(
                    PoisonReason.MALFORMED_BODY,
                    "decoding failed with " + e.getClass().getName() + "; please report this as a defect");
        }
    }

    private static Decoded protocol2(MessageProperties properties, @Nullable Object payload, Known known) {
        Fields fields = new Fields(properties.headers());
        if (payload instanceof List<?> parts && parts.size() == 3) {
            return message(2, properties, fields, parts.get(0), parts.get(1), Embeds.of(parts.get(2)), known);
        }
        if (payload instanceof Map<?, ?> map && map.containsKey("args")) {
            Map<String, @Nullable Object> body = Embeds.stringKeyed(map);
            Map<String, @Nullable Object> merged = new LinkedHashMap<>(body);
            merged.putAll(properties.headers());
            return message(
                    2,
                    properties,
                    new Fields(merged),
                    body.get("args"),
                    body.containsKey("kwargs") ? body.get("kwargs") : Map.of(),
                    Embeds.ofProtocol1(body),
                    known);
        }
        throw new ProtocolException(
                "the body is " + PythonTypes.name(payload) + "; protocol 2 needs [args, kwargs, embed]");
    }

    private static Decoded protocol1(MessageProperties properties, @Nullable Object payload, Known known) {
        if (!(payload instanceof Map<?, ?> map) || !map.containsKey("task")) {
            return known.poison(PoisonReason.NOT_A_TASK, "no 'task' in the headers nor in the body");
        }
        Map<String, @Nullable Object> body = new LinkedHashMap<>(Embeds.stringKeyed(map));
        known.look(body);
        if (body.get("taskset") != null) {
            body.put("group", body.get("taskset"));
        }
        return message(
                1,
                properties,
                new Fields(body),
                body.containsKey("args") ? body.get("args") : List.of(),
                body.containsKey("kwargs") ? body.get("kwargs") : Map.of(),
                Embeds.ofProtocol1(body),
                known);
    }

    private static Decoded message(
            int protocol,
            MessageProperties properties,
            Fields fields,
            @Nullable Object args,
            @Nullable Object kwargs,
            TaskMessage.Embed embed,
            Known known) {
        String task = fields.text("task");
        if (task == null) {
            return known.poison(PoisonReason.NOT_A_TASK, "field 'task' is null; send the name of the task");
        }
        String id = fields.id();
        if (!(kwargs instanceof Map<?, ?> keywords)) {
            throw new ProtocolException("kwargs is " + PythonTypes.name(kwargs) + "; send a map");
        }
        List<?> limits = fields.timeLimit();
        String rootId = fields.text("root_id");
        return new Decoded.Task(new TaskMessage(
                protocol,
                task,
                id,
                rootId == null ? id : rootId,
                fields.text("parent_id"),
                fields.text("group"),
                fields.index("group_index"),
                fields.count("retries", MOST_RETRIES),
                fields.count("replaced_task_nesting", Integer.MAX_VALUE),
                fields.time("eta"),
                fields.time("expires"),
                fields.flag("ignore_result"),
                fields.displayText("shadow"),
                properties.correlationId(),
                properties.replyTo(),
                CustomHeaders.of(properties.headers()),
                positional(args),
                Embeds.stringKeyed(keywords),
                embed,
                new TaskMessage.Envelope(
                        "",
                        fields.displayText("eta"),
                        fields.displayText("expires"),
                        (Number) limits.get(0),
                        (Number) limits.get(1),
                        fields.texts("stamped_headers"),
                        fields.map("stamps"))));
    }

    /** The reference unpacks args with {@code *}: a text gives its characters, a map its keys. */
    @SuppressWarnings("unchecked") // every list in a payload was built by our readers
    private static List<@Nullable Object> positional(@Nullable Object args) {
        if (args instanceof List<?>) {
            return (List<@Nullable Object>) args;
        }
        if (args instanceof String text) {
            List<@Nullable Object> characters = new ArrayList<>();
            text.codePoints().forEach(point -> characters.add(Character.toString(point)));
            return characters;
        }
        if (args instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        throw new ProtocolException("args is " + PythonTypes.name(args) + "; send a list");
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    /** The id and name as far as they could be read, for the record of a poisoned message. */
    private static final class Known {
        private @Nullable String id;
        private @Nullable String task;

        void look(Map<String, @Nullable Object> values) {
            id = values.get("id") instanceof String text ? text : id;
            task = values.get("task") instanceof String text ? text : task;
        }

        Decoded poison(PoisonReason reason, String detail) {
            return new Decoded.Undecodable(reason, detail, id, task);
        }
    }
}
