package dev.sedano.worker.control;

import dev.sedano.worker.event.LamportClock;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.ProtocolException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The greeting of a node that starts (celery/worker/consumer/mingle.py): the others tell what is revoked and how late it
 * is. Unlike Celery's workers this one does not wait for them. Thread-safe.
 */
public final class Mingle {
    private static final Logger LOG = LoggerFactory.getLogger(Mingle.class);
    private static final int LONGEST_REPLY = 8 << 20;

    private final String node;
    private final LamportClock lamport;
    private final RevokedTasks revoked;
    private final ToldRevokes told;
    private final CeleryJson json;
    private final Runnable learned;

    /**
     * @param access what is told to be revoked counts only if it lets nodes revoke
     * @param learned called when something was learned to be revoked
     */
    public Mingle(
            String node,
            ControlAccess access,
            LamportClock lamport,
            RevokedTasks revoked,
            CeleryJson json,
            Runnable learned) {
        this.node = node;
        this.lamport = lamport;
        this.revoked = revoked;
        this.told = new ToldRevokes(access, revoked);
        this.json = json;
        this.learned = learned;
    }

    /** The greeting, with the headers it needs beside it. */
    public byte[] hello(String replyExchange, String replyKey) {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        arguments.put("from_node", node);
        arguments.put("revoked", LivenessCommands.newest(revoked.ids()));
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("method", "hello");
        message.put("arguments", arguments);
        message.put("destination", null);
        message.put("pattern", null);
        message.put("matcher", null);
        message.put("ticket", UUID.randomUUID().toString());
        message.put("reply_to", Map.of("exchange", replyExchange, "routing_key", replyKey));
        return json.encode(message);
    }

    /** A reply came. Never throws. */
    public void replied(MessageProperties properties, byte[] body) {
        try {
            if (!"application/json".equals(properties.contentType())
                    || body.length > LONGEST_REPLY
                    || !(json.decode(body) instanceof Map<?, ?> reply)) {
                return;
            }
            reply.forEach((from, value) -> {
                if (value instanceof Map<?, ?> answer) {
                    learn(String.valueOf(from), answer);
                }
            });
        } catch (ProtocolException | CommandException e) {
            LOG.warn("a reply to the greeting is ignored: {}", e.getMessage());
        } catch (RuntimeException defect) {
            LOG.error("a reply to the greeting could not be read: a defect", defect);
        }
    }

    private void learn(String from, Map<?, ?> answer) {
        if (answer.get("clock") instanceof Number clock) {
            lamport.adjust(clock);
        }
        if (told.learn(from, answer.get("revoked"))) {
            learned.run();
        }
    }
}
