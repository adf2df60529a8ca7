package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One call of a script: keys, arguments, and how to read the answer. */
final class ScriptCall<T> extends Operation<T> {
    private static final byte[] TO_BE_STAMPED = {};

    private final RedisScript script;
    private final List<byte[]> keys;
    private final byte[][] arguments;
    private final Function<Reply, T> decoder;

    ScriptCall(
            long nanosAllowed, RedisScript script, List<byte[]> keys, Function<Reply, T> decoder, byte[]... arguments) {
        super(nanosAllowed);
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

    void writeTo(Session session, boolean whole, KnownData data) {
        if (script == RedisScript.CLAIM) {
            arguments[0] = data.stamp();
        }
        session.send(script, whole, keys, Arrays.asList(arguments));
    }

    /** Answers the caller; false if the server wants a hello first, then nothing is answered. */
    boolean accept(@Nullable Object raw) {
        try {
            Reply reply = Reply.of(raw);
            if (script == RedisScript.CLAIM) {
                String word = reply.word();
                if (word.equals("HELLO_FIRST") || word.equals("NO_EPOCH")) {
                    return false;
                }
            }
            future().complete(decoder.apply(reply));
        } catch (StoreException e) {
            fail(e);
        }
        return true;
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
