package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.tls.TlsFaults;
import java.net.SocketTimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;

/** Turns what Redis and the socket say into the store's own failures. */
final class StoreErrors {
    private static final int LONGEST = 200;
    // Before Redis 7 a refusal inside a script arrives wrapped: "ERR Error running script (...): -OOM command not ...".
    private static final Pattern UNABLE = Pattern.compile(
            "(?:^|[-@: ])(LOADING|BUSY|MASTERDOWN|READONLY|OOM|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOSCRIPT)\\b");
    private static final Pattern NOT_PERMITTED = Pattern.compile(
            "(?:^|[-@: ])(NOAUTH|NOPERM|WRONGPASS)\\b|without any password configured|invalid password");

    /** Scripts look at their keys before they write. */
    private static final Pattern FOREIGN = Pattern.compile("(?:^|[-@: ])WRONGTYPE\\b");

    private StoreErrors() {}

    /** An error that the server sent in answer to a command. */
    static StoreException refused(JedisDataException error) {
        String text = shortened(error.getMessage());
        if (NOT_PERMITTED.matcher(text).find()) {
            return new StoreException(
                    Kind.NOT_PERMITTED,
                    Effect.NONE,
                    "the store refuses this user: " + text + "; check user, password and permissions in the store URL",
                    error);
        }
        Matcher unable = UNABLE.matcher(text);
        if (unable.find() || text.contains("max number of clients")) {
            return new StoreException(Kind.SERVER_UNABLE, Effect.NONE, "the store cannot serve now: " + text, error);
        }
        if (FOREIGN.matcher(text).find()) {
            return new StoreException(
                    Kind.FOREIGN_KEY,
                    Effect.NONE,
                    "a key of the store's namespace holds data of another type, so something else writes there: " + text
                            + "; look at it with TYPE, and remove or rename it",
                    error);
        }
        return new StoreException(Kind.SCRIPT, Effect.UNKNOWN, "a script of the store failed: " + text, error);
    }

    /** Whether the server refused because it is just giving away, or taking over, the keys' slot. */
    static boolean slotIsUnderWay(StoreException refusal) {
        return refusal.getCause() instanceof JedisAskDataException
                || (refusal.getCause() instanceof JedisDataException cause
                        && String.valueOf(cause.getMessage()).contains("TRYAGAIN"));
    }

    /** The write was made, but fewer copies of it were confirmed than asked for. */
    static StoreException unconfirmed(Durability asked, long replicas, boolean local) {
        return new StoreException(
                Kind.SERVER_UNABLE,
                Effect.UNKNOWN,
                "the store confirmed the write on " + replicas + " of " + asked.replicas() + " replicas"
                        + (local ? "" : " and not on its own disk") + " within "
                        + asked.within().toMillis() + " ms (durability " + asked + ")",
                null);
    }

    /** The server does not know how to confirm; the write itself was made. */
    static StoreException notConfirmable(JedisDataException error) {
        return new StoreException(
                Kind.NOT_PERMITTED,
                Effect.UNKNOWN,
                "the store cannot confirm writes as --durability asks: " + shortened(error.getMessage())
                        + "; WAITAOF needs Redis or Valkey 7.2 and 'appendonly yes'",
                error);
    }

    /** A failure of the connection while waiting for, or before, an answer. */
    static StoreException broken(boolean written, boolean late, @Nullable Throwable cause) {
        Effect effect = written ? Effect.UNKNOWN : Effect.NONE;
        if (late || isTimeout(cause)) {
            return new StoreException(Kind.TIMEOUT, effect, "the store did not answer in time", cause);
        }
        return new StoreException(Kind.CONNECTION_LOST, effect, "the connection to the store broke", cause);
    }

    static StoreException unreachable(RedisEndpoint endpoint, boolean late, Throwable cause) {
        TlsFaults faults =
                new TlsFaults(endpoint.toString(), endpoint.tls() != null, "redis://", "rediss://", "the store URL");
        String misfit =
                endpoint.tls() == null && isUnknownReply(cause) ? faults.otherProtocol("Redis") : faults.explain(cause);
        if (misfit != null) {
            return new StoreException(Kind.NOT_PERMITTED, Effect.NONE, misfit, cause);
        }
        Kind kind = late || isTimeout(cause) ? Kind.TIMEOUT : Kind.CONNECT;
        return new StoreException(
                kind, Effect.NONE, "cannot connect to the store at " + endpoint + faults.hint(late, cause), cause);
    }

    static StoreException simple(Kind kind, String message) {
        return new StoreException(kind, Effect.NONE, message, null);
    }

    /** A fault of ours; the first of each kind goes to the log with its stack. */
    static StoreException bug(Throwable cause) {
        OwnFaults.tell(cause);
        return new StoreException(Kind.SCRIPT, Effect.UNKNOWN, "the store's own code failed", cause);
    }

    /** What Jedis says of the alert with which a TLS port answers plain text. */
    private static boolean isUnknownReply(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (String.valueOf(at.getMessage()).startsWith("Unknown reply")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTimeout(@Nullable Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static String shortened(@Nullable String text) {
        if (text == null) {
            return "no reason given";
        }
        // "unknown command … with args beginning with: …" repeats what was sent, AUTH's password too.
        int arguments = text.indexOf(", with args");
        String told = arguments < 0 ? text : text.substring(0, arguments);
        return told.length() <= LONGEST ? told : told.substring(0, LONGEST);
    }
}
