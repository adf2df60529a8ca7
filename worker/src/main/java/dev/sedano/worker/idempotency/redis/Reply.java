package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A script's answer: a list whose first item is a word. Numbers arrive as integers or as text. */
record Reply(List<?> items) {
    static Reply of(@Nullable Object raw) {
        if (raw instanceof List<?> items && !items.isEmpty()) {
            return new Reply(items);
        }
        throw odd("an answer that is not a list");
    }

    String word() {
        return text(0);
    }

    String text(int index) {
        Object item = at(index);
        if (item instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (item instanceof Long number) {
            return number.toString();
        }
        throw odd("no text at " + index);
    }

    long number(int index) {
        Object item = at(index);
        if (item instanceof Long number) {
            return number;
        }
        try {
            return Long.parseLong(text(index));
        } catch (NumberFormatException e) {
            throw odd("no number at " + index);
        }
    }

    byte @Nullable [] bytes(int index) {
        return at(index) instanceof byte[] bytes ? bytes : null;
    }

    List<?> list(int index) {
        if (at(index) instanceof List<?> list) {
            return list;
        }
        throw odd("no list at " + index);
    }

    StoreException unexpected() {
        return odd("the unexpected word " + word());
    }

    private @Nullable Object at(int index) {
        return index < items.size() ? items.get(index) : null;
    }

    private static StoreException odd(String what) {
        return new StoreException(Kind.SCRIPT, Effect.UNKNOWN, "the store's script gave " + what, null);
    }
}
