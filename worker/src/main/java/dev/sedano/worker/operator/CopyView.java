package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.rabbitmq.SetAsideCopy;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A copy that was set aside, as people and the store see it.
 *
 * @param id the task id; empty if it cannot be read
 * @param task the task's name; empty if it cannot be read
 * @param message null if it cannot be decoded
 */
record CopyView(
        SetAsideCopy copy, String id, String task, @Nullable TaskMessage message) {
    private static final String PREFIX = "x-sedano-";

    static CopyView of(SetAsideCopy copy) {
        Decoded decoded = new MessageDecoder(new CeleryJson()).decode(copy.properties(), copy.body());
        if (decoded instanceof Decoded.Task known) {
            return new CopyView(copy, known.message().id(), known.message().task(), known.message());
        } else if (decoded instanceof Decoded.Undecodable odd) {
            return new CopyView(
                    copy, Objects.requireNonNullElse(odd.id(), ""), Objects.requireNonNullElse(odd.task(), ""), null);
        }
        return new CopyView(copy, "", "", null);
    }

    /** A header that the worker added, without its prefix. */
    String said(String name) {
        return copy.header(PREFIX + name);
    }

    /** Whether the worker said that the store lost the record. */
    boolean lostRecord() {
        return said("reason").equals("store_lost_data");
    }

    /** Whether a failure is recorded already, because it crashed its workers. */
    boolean poison() {
        return said("reason").equals("poison");
    }

    /** Whether it never was in a queue: a follow-up that had nowhere to go. */
    boolean unroutable() {
        return said("reason").equals("follow_up_unroutable");
    }

    /** The exchange through which it is to go; empty = the default exchange. */
    String exchange() {
        return unroutable() ? said("exchange") : "";
    }

    /** Where the work came from and is to go back to, or where it was to go: a queue, or a routing key. */
    String origin(String setAside, SetAsideKind kind) {
        if (unroutable()) {
            return said("routing-key");
        }
        String origin = said("queue");
        return origin.isEmpty()
                ? setAside.substring(0, setAside.length() - kind.suffix().length())
                : origin;
    }

    /** The key: as the worker that moved it says; else as the producer's header says, within the task; else the id. */
    TaskKey key() {
        String key = said("key");
        if (!key.isEmpty()) {
            String scope = said("scope");
            return scope.isEmpty() ? TaskKey.ofTaskId(key) : TaskKey.explicit(scope, key);
        }
        String sent = copy.header("idempotency_key");
        return sent.isBlank() ? TaskKey.ofTaskId(id) : TaskKey.explicit(task, sent);
    }

    /** What a lost record can be made of again; null if the message cannot be decoded. */
    AdminRequest.@Nullable Copy forRecord() {
        TaskMessage known = message;
        return known == null
                ? null
                : new AdminRequest.Copy(
                        ((long) known.nesting() << 20) + known.retries(),
                        Fingerprint.of(known),
                        key().explicit() ? id : "");
    }

    /** What is known without looking into the payload. */
    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("task_id", id);
        facts.put("task", task);
        if (!id.isEmpty()) {
            facts.put("key", Names.record(key().record()));
        }
        if (message != null) {
            facts.put("attempt", Names.attempt(((long) message.nesting() << 20) + message.retries()));
        }
        for (String name : new String[] {
            "reason", "error", "queue", "time", "worker", "owner", "started", "last-step", "exchange", "routing-key"
        }) {
            if (!said(name).isEmpty()) {
                facts.put(name.replace('-', '_'), said(name));
            }
        }
        facts.put("body_bytes", copy.body().length);
        facts.put("reply_to", copy.properties().replyTo());
        facts.values().removeIf(value -> value == null);
        return facts;
    }

    /** The body as text, which may hold secrets. */
    String payload() {
        return new String(copy.body(), StandardCharsets.UTF_8);
    }
}
