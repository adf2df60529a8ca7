package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.IsoTimes;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.compression.Compression;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes task messages of protocol 2 (celery/app/amqp.py, {@code as_task_v2}). Thread-safe. */
final class TaskMessages {
    private final CeleryJson json;
    private final Encoder encoder;
    private final PayloadForm form;
    private final Clock clock;
    private final String origin;
    private final String replyTo;
    private final Router router;
    private final KnownTasks known;
    private final ShownArguments shown;
    private final Sender sender;

    /** Who calls. */
    private enum Sender {
        /** A worker that goes on with a canvas: its arguments came in a message. */
        WORKER,
        /** A handler: what it passes is shown as Celery shows the arguments of a call. */
        HANDLER,
        /** A client: messages carry all properties that a caller can give, and what cannot be written is refused. */
        PRODUCER
    }

    /**
     * @param origin who publishes, as Celery's header says it
     * @param router where tasks go that do not say all of it
     * @param form of messages whose signature does not say another
     */
    TaskMessages(CeleryJson json, Clock clock, String origin, Router router, PayloadForm form) {
        this(json, clock, origin, NameUuid.of("reply", origin), router, form, KnownTasks.NONE, Sender.WORKER);
    }

    private TaskMessages(
            CeleryJson json,
            Clock clock,
            String origin,
            String replyTo,
            Router router,
            PayloadForm form,
            KnownTasks known,
            Sender sender) {
        this.json = json;
        this.encoder = new Encoder(json);
        this.form = form;
        this.clock = clock;
        this.origin = origin;
        this.replyTo = replyTo;
        this.router = router;
        this.known = known;
        this.shown = new ShownArguments(json);
        this.sender = sender;
    }

    /**
     * Messages of a producer that is no worker. What cannot be written in the form asked for is refused.
     *
     * @param replyTo where it waits for replies
     */
    static TaskMessages ofProducer(
            CeleryJson json, Clock clock, String origin, String replyTo, String defaultQueue, PayloadForm form) {
        return new TaskMessages(
                json, clock, origin, replyTo, Router.to(defaultQueue), form, KnownTasks.NONE, Sender.PRODUCER);
    }

    /** The same, of a worker that knows these tasks. */
    TaskMessages knowing(KnownTasks tasks) {
        return new TaskMessages(json, clock, origin, replyTo, router, form, tasks, sender);
    }

    /** The same, of calls that a handler makes. */
    TaskMessages ofHandler() {
        return new TaskMessages(json, clock, origin, replyTo, router, form, known, Sender.HANDLER);
    }

    /**
     * A call of {@code signature}.
     *
     * @param tuple whether Celery would hold {@code args} in one, and not in a list
     * @param group its group id and index, or null
     * @param embed what follows it
     */
    OutgoingMessage call(
            CallSignature signature,
            List<@Nullable Object> args,
            boolean tuple,
            String id,
            @Nullable String rootId,
            @Nullable String parentId,
            @Nullable GroupPlace group,
            int nesting,
            Map<String, @Nullable Object> embed,
            Map<String, @Nullable Object> moreHeaders) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        Object expires = signature.option("expires");
        Object retries = signature.option("retries");
        headers.put("lang", "py"); // the body's conventions, not the worker's language
        headers.put("task", signature.task());
        headers.put("id", id);
        headers.put("shadow", signature.option("shadow"));
        headers.put("eta", eta(signature));
        headers.put("expires", expires instanceof Number seconds ? iso(in(seconds)) : text(expires));
        headers.put("group", group == null ? null : group.id());
        headers.put("group_index", group == null ? null : group.index());
        headers.put("retries", retries instanceof Number number && sender == Sender.PRODUCER ? number.intValue() : 0);
        headers.put("timelimit", Arrays.asList(signature.option("time_limit"), signature.option("soft_time_limit")));
        headers.put("root_id", rootId == null ? id : rootId);
        headers.put("parent_id", parentId);
        String argsrepr = signature.text("argsrepr");
        // Celery makes a tuple of no arguments, too.
        boolean asTuple = tuple || args.isEmpty() || sender != Sender.WORKER;
        headers.put("argsrepr", argsrepr == null ? shown.positional(args, asTuple) : argsrepr);
        String kwargsrepr = signature.text("kwargsrepr");
        headers.put("kwargsrepr", kwargsrepr == null ? shown.named(signature.kwargs()) : kwargsrepr);
        headers.put("origin", origin);
        headers.put("ignore_result", ignoresResult(signature));
        headers.put("replaced_task_nesting", nesting);
        headers.put("stamped_headers", signature.option("stamped_headers"));
        headers.put("stamps", HeaderTimes.plain(stamps(signature)));
        if (signature.option("headers") instanceof Map<?, ?> custom) {
            custom.forEach((name, value) -> headers.put(String.valueOf(name), HeaderTimes.plain(value)));
        }
        headers.putAll(moreHeaders);
        Encoder.Payload payload = body(args, signature.kwargs(), embed, formOf(signature));
        mention(payload, headers);
        String replies = signature.text("reply_to");
        Router.Place place = router.of(
                signature.task(), signature.text("queue"), signature.text("exchange"), signature.text("routing_key"));
        String correlation = sender == Sender.PRODUCER ? signature.text("correlation_id") : null;
        MessageProperties properties = new MessageProperties(
                payload.contentType(),
                payload.contentEncoding(),
                correlation == null ? id : correlation,
                replies == null ? replyTo : replies,
                expiration(expires),
                signature.option("priority") instanceof Number priority
                        ? (Integer) priority.intValue()
                        : Objects.requireNonNullElse(place.priority(), 0),
                headers,
                sender == Sender.PRODUCER ? others(signature) : Map.of());
        return new OutgoingMessage(place.exchange(), place.routingKey(), properties, payload.body());
    }

    /** The call's own word, else that of the task; who does not know the task leaves it to it (app/task.py, app/base.py). */
    private @Nullable Boolean ignoresResult(CallSignature signature) {
        if (signature.options().containsKey("ignore_result")) {
            return signature.option("ignore_result") instanceof Boolean said ? said : null;
        }
        return known.ignoresResult(signature.task());
    }

    /** How other arguments of the same message are shown. */
    ShownArguments shown() {
        return shown;
    }

    private static Map<String, Object> others(CallSignature signature) {
        Map<String, Object> others = new LinkedHashMap<>();
        for (String name : List.of("app_id", "user_id", "message_id", "type", "timestamp")) {
            Object value = signature.option(name);
            if (value != null) {
                others.put(name, value);
            }
        }
        // Celery takes names and numbers (kombu/entity.py, TRANSIENT_DELIVERY_MODE).
        Object mode = signature.option("delivery_mode");
        if ("transient".equals(mode) || (mode instanceof Number number && number.intValue() == 1)) {
            others.put("delivery_mode", 1);
        }
        return others;
    }

    /** What the broker is told beside the header: the milliseconds that are left (celery/app/base.py, send_task). */
    private @Nullable String expiration(@Nullable Object expires) {
        if (expires instanceof Number number) {
            return Long.toString(Math.max(0, (long) (number.doubleValue() * 1000)));
        }
        Instant end = expires == null ? null : end(expires);
        return end == null
                ? null
                : Long.toString(
                        Math.max(0, Duration.between(clock.instant(), end).toMillis()));
    }

    /** Null if it is no time. */
    private static @Nullable Instant end(Object expires) {
        if (expires instanceof OffsetDateTime time) {
            return time.toInstant();
        } else if (expires instanceof LocalDateTime time) {
            return time.toInstant(ZoneOffset.UTC);
        }
        try {
            return IsoTimes.instant(expires.toString());
        } catch (ProtocolException e) {
            return null; // the receiver says what is wrong with it
        }
    }

    /** The place of a task in a group. */
    record GroupPlace(String id, @Nullable Integer index) {}

    /** A body in the form of the settings. */
    Encoder.Payload body(
            List<@Nullable Object> args, Map<String, @Nullable Object> kwargs, Map<String, @Nullable Object> embed) {
        return body(args, kwargs, embed, form);
    }

    private Encoder.Payload body(
            List<@Nullable Object> args,
            Map<String, @Nullable Object> kwargs,
            Map<String, @Nullable Object> embed,
            PayloadForm wanted) {
        List<@Nullable Object> parts = new ArrayList<>();
        parts.add(args);
        parts.add(kwargs);
        parts.add(embed);
        try {
            return encoder.encode(parts, wanted);
        } catch (EncodingException e) {
            if (sender == Sender.PRODUCER) {
                throw e; // whoever calls is there to be told
            }
            // JSON has a form for everything that a message can bring. What follows is not lost for its notation.
            return encoder.encode(parts, new PayloadForm(Serializer.JSON, wanted.compression()));
        }
    }

    /** A signature's options win over the settings, unless they name what cannot be written. */
    private PayloadForm formOf(CallSignature signature) {
        String serializerName = signature.text("serializer");
        String compressionName = signature.text("compression");
        Serializer serializer = serializerName == null ? null : Serializer.of(serializerName);
        Compression compression = compressionName == null ? null : Compression.of(compressionName);
        return new PayloadForm(
                serializer == null ? form.serializer() : serializer,
                compression == null || !compression.writes() ? form.compression() : compression);
    }

    /** The header is there only if the body is compressed. */
    static void mention(Encoder.Payload payload, Map<String, @Nullable Object> headers) {
        headers.remove("compression");
        if (payload.compression() != null) {
            headers.put("compression", payload.compression());
        }
    }

    /** Where a task goes whose caller says this of it; null = nothing. */
    Router.Place place(String task, @Nullable String queue, @Nullable String exchange, @Nullable String routingKey) {
        return router.of(task, queue, exchange, routingKey);
    }

    /** Where this worker's own calls wait for replies. */
    String replyTo() {
        return replyTo;
    }

    /** Where tasks go that name no queue. */
    String defaultQueue() {
        return router.defaultQueue();
    }

    /** {@code {"result": …}}, as Celery saves the structure of a group. */
    byte[] savedGroup(List<@Nullable Object> tuple) {
        Map<String, @Nullable Object> saved = new LinkedHashMap<>();
        saved.put("result", tuple);
        return json.encode(saved);
    }

    /** A chord part's value. */
    byte[] part(String id, String state, @Nullable Object result) {
        List<@Nullable Object> parts = new ArrayList<>();
        parts.add(1);
        parts.add(id);
        parts.add(state);
        parts.add(result);
        return json.encode(parts);
    }

    /** The third part of a body; empty lists are written as null, as Celery does. */
    static Map<String, @Nullable Object> embed(
            List<@Nullable Object> callbacks,
            List<@Nullable Object> errbacks,
            @Nullable List<@Nullable Object> chain,
            @Nullable Object chord) {
        Map<String, @Nullable Object> embed = new LinkedHashMap<>();
        embed.put("callbacks", callbacks.isEmpty() ? null : callbacks);
        embed.put("errbacks", errbacks.isEmpty() ? null : errbacks);
        embed.put("chain", chain);
        embed.put("chord", chord);
        return embed;
    }

    String iso(Instant time) {
        return IsoTimes.format(OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
    }

    Instant now() {
        return clock.instant();
    }

    private @Nullable String eta(CallSignature signature) {
        return signature.option("countdown") instanceof Number seconds
                ? iso(in(seconds))
                : text(signature.option("eta"));
    }

    private Instant in(Number seconds) {
        return clock.instant().plus(Duration.ofNanos((long) (seconds.doubleValue() * 1e9)));
    }

    private @Nullable String text(@Nullable Object value) {
        if (value instanceof OffsetDateTime time) {
            return IsoTimes.format(time);
        }
        return value == null ? null : value.toString();
    }

    private static Map<String, @Nullable Object> stamps(CallSignature signature) {
        Map<String, @Nullable Object> stamps = new LinkedHashMap<>();
        for (Object name : CallSignature.list(signature.option("stamped_headers"))) {
            if (name instanceof String stamp && signature.options().containsKey(stamp)) {
                stamps.put(stamp, signature.option(stamp));
            }
        }
        return stamps;
    }
}
