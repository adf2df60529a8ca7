package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One call of a script: keys, arguments, and how to read the answer. */
final class ScriptCall<T> extends Operation<T> {
    private static final byte[] TO_BE_STAMPED = {};

    private final RedisScript script;
    private final List<byte[]> keys;
    private final byte[][] arguments;
    private final Function<Reply, T> decoder;
    private final DataSet dataSet;
    private final Set<Repetition> repeated = EnumSet.noneOf(Repetition.class);
    private @Nullable Reply held;

    /** Why a call that has surely changed nothing goes again. */
    enum Repetition {
        /** The server does not have the script's text. */
        SCRIPT,
        /** The server wants a hello first. */
        DATA_SET
    }

    ScriptCall(
            DataSet dataSet,
            long nanosAllowed,
            RedisScript script,
            List<byte[]> keys,
            Function<Reply, T> decoder,
            byte[]... arguments) {
        super(nanosAllowed);
        this.dataSet = dataSet;
        this.script = script;
        this.keys = keys;
        this.arguments = arguments;
        this.decoder = decoder;
    }

    /** Stands for epoch and generation, which are filled in when the call is written. */
    static byte[] toBeStamped() {
        return TO_BE_STAMPED;
    }

    RedisScript script() {
        return script;
    }

    DataSet dataSet() {
        return dataSet;
    }

    void writeTo(Session session, boolean whole) {
        if (script == RedisScript.CLAIM) {
            arguments[0] = dataSet.stamp();
        }
        session.send(script, whole, keys, Arrays.asList(arguments));
    }

    /**
     * Takes the server's reply; false if the server wants a hello first, then nothing is answered.
     *
     * @param hold whether the caller is answered later, by {@link #deliver()}
     */
    boolean accept(@Nullable Object raw, boolean hold) {
        try {
            Reply reply = Reply.of(raw);
            if (script == RedisScript.CLAIM) {
                String word = reply.word();
                if (word.equals("HELLO_FIRST") || word.equals("NO_EPOCH")) {
                    return false;
                }
            }
            held = reply;
            if (!hold) {
                deliver();
            }
        } catch (StoreException e) {
            fail(e);
        }
        return true;
    }

    /** It may be another server's round than the last one, which then has to say for itself what it lacks. */
    void beginRound() {
        repeated.clear();
    }

    /** Whether the call may go again in this round, which it may once for each reason; only the pipeline's thread. */
    boolean repeatsFor(Repetition reason) {
        return repeated.add(reason);
    }

    /** Whether a reply was taken that the caller has not got yet. */
    boolean isHeld() {
        return held != null;
    }

    /** Answers the caller with the reply that was taken; nothing happens if there is none. */
    void deliver() {
        Reply reply = held;
        if (reply == null) {
            return;
        }
        held = null;
        try {
            future().complete(decoder.apply(reply));
        } catch (StoreException e) {
            fail(e);
        }
    }

    @Override
    int weight() {
        int sum = 0;
        for (byte[] argument : arguments) {
            sum += argument.length;
        }
        return sum;
    }
}
