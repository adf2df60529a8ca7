package dev.sedano.worker.protocol;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The text of a map's key where only text may be one, as Python's json makes it: null is {@code "null"}, 1.5 {@code "1.5"}. */
final class MapKeys {
    private MapKeys() {}

    /** The text of a plain value. */
    static String text(@Nullable Object key) {
        if (key instanceof Double number) {
            return PythonFloat.repr(number);
        } else if (key instanceof LocalDateTime time) {
            return IsoTimes.format(time);
        } else if (key instanceof OffsetDateTime time) {
            return IsoTimes.format(time);
        }
        return String.valueOf(key);
    }

    /**
     * The text of any key.
     *
     * @param toPlain turns other Java objects to plain values
     * @throws EncodingException if that is no text
     */
    static String text(@Nullable Object key, Function<Object, @Nullable Object> toPlain) {
        if (key == null
                || key instanceof CharSequence
                || key instanceof Number
                || key instanceof Boolean
                || key instanceof Character
                || key instanceof UUID) {
            return text(key);
        }
        if (toPlain.apply(key) instanceof String text) {
            return text;
        }
        throw new EncodingException("a map key of type " + key.getClass().getName() + "; use text keys", false);
    }
}
