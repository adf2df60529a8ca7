package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follow-ups as the bytes that are kept beside a completion marker: a JSON list in Celery's notation of values, so that
 * workers in any language can finish it. Thread-safe.
 */
public final class FollowUpList {
    /**
     * More is not kept: the run fails instead of leaving follow-ups that could be lost. Enough for a message of the largest
     * size that is consumed (64 MiB), which a retry sends again.
     */
    public static final int LARGEST_BYTES = 96 << 20;

    private final CeleryJson json;

    public FollowUpList(CeleryJson json) {
        this.json = json;
    }

    /**
     * @throws dev.sedano.worker.protocol.EncodingException if they are larger than {@link #LARGEST_BYTES}
     * @throws UnsendableException if the broker's protocol cannot carry one of them
     */
    public byte[] encode(List<FollowUp> followUps) {
        List<@Nullable Object> all = new ArrayList<>();
        for (FollowUp followUp : followUps) {
            if (followUp instanceof FollowUp.Send send) {
                all.add(fields(send.message()));
            } else if (followUp instanceof FollowUp.Store store) {
                all.add(fields(store));
            } else if (followUp instanceof FollowUp.ChordPart part) {
                all.add(fields(part));
            } else if (followUp instanceof FollowUp.ChordSize size) {
                all.add(fields(size));
            } else if (followUp instanceof FollowUp.ChordAddition addition) {
                all.add(fields(addition));
            } else {
                all.add(fields((FollowUp.Call) followUp));
            }
        }
        return json.encode(all, LARGEST_BYTES);
    }

    private static Map<String, @Nullable Object> fields(OutgoingMessage message) {
        AmqpLimits.check(message);
        MessageProperties properties = message.properties();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("exchange", message.exchange());
        fields.put("routing_key", message.routingKey());
        fields.put("content_type", properties.contentType());
        fields.put("content_encoding", properties.contentEncoding());
        fields.put("correlation_id", properties.correlationId());
        fields.put("reply_to", properties.replyTo());
        fields.put("expiration", properties.expiration());
        fields.put("priority", properties.priority());
        fields.put("headers", storable(properties.headers()));
        fields.put("body", message.body());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(FollowUp.Store store) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("result_of", store.taskId());
        fields.put("reply_to", store.replyTo());
        fields.put("record", store.record());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(FollowUp.ChordPart part) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("chord_part_of", part.group());
        fields.put("task_id", part.taskId());
        fields.put("root_id", part.rootId());
        fields.put("group_index", part.groupIndex());
        fields.put("value", part.value());
        fields.put("body", part.body());
        if (part.priority() != null) {
            fields.put("priority", part.priority());
        }
        return fields;
    }

    private static Map<String, @Nullable Object> fields(FollowUp.ChordSize size) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("chord_size_of", size.group());
        fields.put("size", size.size());
        fields.put("header", size.header());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(FollowUp.ChordAddition addition) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("chord_addition_to", addition.group());
        fields.put("task_id", addition.taskId());
        fields.put("parts", addition.parts());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(FollowUp.Call call) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("errback", call.errback());
        fields.put("request", call.request());
        fields.put("error", call.error());
        fields.put("traceback", call.traceback());
        return fields;
    }

    /** AMQP timestamps have no form of their own in Celery's JSON. */
    private static @Nullable Object storable(@Nullable Object value) {
        if (value instanceof Date time) {
            return OffsetDateTime.ofInstant(time.toInstant(), ZoneOffset.UTC);
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, each) -> copy.put(String.valueOf(name), storable(each)));
            return copy;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(storable(each)));
            return copy;
        }
        return value;
    }

    /** @throws IllegalArgumentException if {@code bytes} are no such list */
    public List<FollowUp> decode(byte[] bytes) {
        List<FollowUp> all = new ArrayList<>();
        if (!(json.decode(bytes) instanceof List<?> items)) {
            throw new IllegalArgumentException("kept follow-ups are no list");
        }
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> fields)) {
                throw new IllegalArgumentException("a kept follow-up is no map");
            }
            if (fields.containsKey("chord_part_of")) {
                all.add(chordPart(fields));
            } else if (fields.containsKey("chord_size_of")) {
                all.add(new FollowUp.ChordSize(
                        required(fields, "chord_size_of"),
                        number(fields, "size"),
                        fields.get("header") instanceof byte[] header ? header : null));
            } else if (fields.containsKey("chord_addition_to")) {
                all.add(new FollowUp.ChordAddition(
                        required(fields, "chord_addition_to"), required(fields, "task_id"), number(fields, "parts")));
            } else if (fields.containsKey("errback")) {
                all.add(new FollowUp.Call(
                        CallSignature.strings(fields.get("errback")),
                        CallSignature.strings(fields.get("request")),
                        fields.get("error"),
                        text(fields, "traceback")));
            } else if (fields.containsKey("result_of")) {
                all.add(new FollowUp.Store(
                        required(fields, "result_of"), text(fields, "reply_to"), bytes(fields, "record")));
            } else {
                all.add(new FollowUp.Send(message(fields)));
            }
        }
        return all;
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static FollowUp.ChordPart chordPart(Map<?, ?> fields) {
        if (!(fields.get("body") instanceof Map<?, ?> body)) {
            throw new IllegalArgumentException("a kept chord part has no body");
        }
        return new FollowUp.ChordPart(
                required(fields, "chord_part_of"),
                required(fields, "task_id"),
                required(fields, "root_id"),
                fields.get("group_index") instanceof Number index ? index.intValue() : null,
                bytes(fields, "value"),
                (Map<String, @Nullable Object>) body,
                fields.get("priority") instanceof Number priority ? (Integer) priority.intValue() : null);
    }

    private static OutgoingMessage message(Map<?, ?> fields) {
        return new OutgoingMessage(
                required(fields, "exchange"),
                required(fields, "routing_key"),
                new MessageProperties(
                        text(fields, "content_type"),
                        text(fields, "content_encoding"),
                        text(fields, "correlation_id"),
                        text(fields, "reply_to"),
                        text(fields, "expiration"),
                        fields.get("priority") instanceof Number number ? number.intValue() : null,
                        headers(fields.get("headers"))),
                bytes(fields, "body"));
    }

    private static Map<String, @Nullable Object> headers(@Nullable Object value) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, each) -> headers.put(String.valueOf(name), header(each)));
        }
        return headers;
    }

    /** As the broker's client takes it. */
    private static @Nullable Object header(@Nullable Object value) {
        if (value instanceof OffsetDateTime time) {
            return Date.from(time.toInstant());
        } else if (value instanceof Long number && number.intValue() == number) {
            return number.intValue();
        } else if (value instanceof Map<?, ?> map) {
            return headers(map);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(header(each)));
            return copy;
        }
        return value;
    }

    private static @Nullable String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : null;
    }

    private static String required(Map<?, ?> fields, String name) {
        String text = text(fields, name);
        if (text == null) {
            throw new IllegalArgumentException("a kept follow-up has no " + name);
        }
        return text;
    }

    private static int number(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof Number number) {
            return number.intValue();
        }
        throw new IllegalArgumentException("a kept follow-up has no " + name);
    }

    private static byte[] bytes(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof byte[] bytes) {
            return bytes;
        }
        throw new IllegalArgumentException("a kept follow-up has no " + name);
    }
}
