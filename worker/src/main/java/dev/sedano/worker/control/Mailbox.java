package dev.sedano.worker.control;

import dev.sedano.worker.event.LamportClock;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.SafeRepr;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads control messages, obeys those meant for this node, and replies (kombu/pidbox.py). Whatever a message holds, it
 * cannot do more harm than the commands it may give: everything else about it is refused. Used by one thread at a time.
 */
public final class Mailbox {
    /** Where replies go. */
    public interface Replies {
        /** Publishes a transient message; a reply that cannot be sent is lost. */
        void send(String exchange, String routingKey, Map<String, Object> headers, byte[] body);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final int LONGEST_MESSAGE = 4 << 20;
    private static final int LONGEST_REPLY = 8 << 20;
    private static final int LONGEST_NAME = 255;
    private static final int MOST_TOLD = 100;

    private final String node;
    private final ControlAccess access;
    private final Map<String, Command> commands;
    private final LamportClock lamport;
    private final CeleryJson json;
    private final Replies replies;
    private long ignored;
    private long failed;

    Mailbox(
            String node,
            ControlAccess access,
            Map<String, Command> commands,
            LamportClock lamport,
            CeleryJson json,
            Replies replies) {
        this.node = node;
        this.access = access;
        this.commands = commands;
        this.lamport = lamport;
        this.json = json;
        this.replies = replies;
    }

    /** A control message came. Never throws. */
    public void received(MessageProperties properties, byte[] body) {
        try {
            if (read(properties, body) instanceof Map<?, ?> message) {
                lamport.forward();
                Object clock = properties.headers().get("clock");
                lamport.adjust(clock == null ? 0 : clock);
                if (Selection.selects(message, node)) {
                    obey(message);
                }
            }
        } catch (RuntimeException | StackOverflowError defect) {
            LOG.error("a control message could not be handled: a defect", defect);
        }
    }

    private @Nullable Object read(MessageProperties properties, byte[] body) {
        if (!"application/json".equals(properties.contentType()) || body.length > LONGEST_MESSAGE) {
            ignored("it is no JSON, or longer than " + LONGEST_MESSAGE + " bytes");
            return null;
        }
        try {
            return json.decode(body);
        } catch (ProtocolException e) {
            ignored(String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** Said of some only: whoever sends nonsense shall not fill the disk. */
    private void ignored(String why) {
        long count = ++ignored;
        if (count <= MOST_TOLD || count % MOST_TOLD == 0) {
            LOG.warn("a control message is ignored ({} so far): {}", count, why);
        }
    }

    private void obey(Map<?, ?> message) {
        if (!(message.get("method") instanceof String method) || method.length() > LONGEST_NAME) {
            ignored("it has no method");
            return;
        }
        Object value;
        try {
            Object arguments = message.get("arguments");
            if (arguments != null && !(arguments instanceof Map<?, ?>)) {
                throw CommandException.type(method + "() argument after ** must be a mapping");
            }
            value = answer(method, new Arguments(method, arguments instanceof Map<?, ?> map ? map : Map.of()));
        } catch (CommandException e) {
            value = failed(method, Command.error(e.repr()));
        } catch (RuntimeException defect) {
            LOG.error("the control command {} failed: a defect", printable(method), defect);
            value = Command.error(
                    "RuntimeError(" + SafeRepr.of(defect.getClass().getName()) + ")");
        }
        if (value != Shutdown.SILENT) {
            reply(message, value);
        }
    }

    private @Nullable Object answer(String method, Arguments arguments) {
        Command command = commands.get(method);
        if (command == null) {
            return failed(method, Command.error("KeyError(" + SafeRepr.of(method) + ")"));
        }
        if (CommandNames.CHANGING.contains(method)) {
            if (!access.allows(method)) {
                LOG.warn("control: {} {} refused (--control {})", method, arguments, access);
                return Command.error(method + " is refused: this worker runs with --control " + access);
            }
            LOG.info("control: {} {}", method, arguments);
        }
        return failed(method, command.answer(arguments));
    }

    /** Most senders wait for no reply: an error is said here, too, of some only. The value as it is. */
    private @Nullable Object failed(String method, @Nullable Object value) {
        if (value instanceof Map<?, ?> reply && reply.size() == 1 && reply.get("error") instanceof String error) {
            long count = ++failed;
            if (count <= MOST_TOLD || count % MOST_TOLD == 0) {
                LOG.warn("control: {} failed ({} so far): {}", printable(method), count, printable(error));
            }
        }
        return value;
    }

    private void reply(Map<?, ?> message, @Nullable Object value) {
        if (!(message.get("reply_to") instanceof Map<?, ?> to)
                || !(to.get("exchange") instanceof String exchange)
                || !(to.get("routing_key") instanceof String routingKey)) {
            return;
        }
        // Anything else could make this worker publish into queues of tasks.
        if (!exchange.startsWith("reply.")
                || !exchange.endsWith(".pidbox")
                || exchange.length() > LONGEST_NAME
                || routingKey.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            ignored("it wants its reply at exchange " + printable(exchange));
            return;
        }
        Map<String, Object> headers = new LinkedHashMap<>();
        if (message.get("ticket") instanceof String ticket) {
            headers.put("ticket", ticket);
        }
        long clock = lamport.forward();
        headers.put("clock", clock <= Integer.MAX_VALUE ? (Object) (int) clock : (Object) clock);
        replies.send(exchange, routingKey, headers, encoded(value));
    }

    private byte[] encoded(@Nullable Object value) {
        try {
            return json.encode(Collections.singletonMap(node, value), LONGEST_REPLY);
        } catch (EncodingException e) {
            return json.encode(Map.of(
                    node,
                    Command.error(
                            e.tooLarge()
                                    ? "the reply is larger than " + LONGEST_REPLY + " bytes"
                                    : "the reply has no JSON form")));
        }
    }

    private static String printable(String text) {
        String cut = text.length() > 100 ? text.substring(0, 100) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
