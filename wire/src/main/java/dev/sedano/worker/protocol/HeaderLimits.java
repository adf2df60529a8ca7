package dev.sedano.worker.protocol;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses headers that are more or deeper than any sender's. */
final class HeaderLimits {
    private HeaderLimits() {}

    /** @throws ProtocolException if {@code headers} are beyond {@code limits} */
    static void check(Map<String, @Nullable Object> headers, DecodeLimits limits) {
        if (headers.size() > limits.headers()) {
            throw ProtocolException.limit(
                    "headers: " + headers.size() + ", more than " + limits.headers() + "; send the values in the body");
        }
        for (Map.Entry<String, @Nullable Object> header : headers.entrySet()) {
            if (deeper(header.getValue(), limits.headerDepth())) {
                throw ProtocolException.limit("header '" + shortened(header.getKey()) + "': nested deeper than "
                        + limits.headerDepth() + " levels; send it in the body");
            }
        }
    }

    private static boolean deeper(@Nullable Object value, int levels) {
        Collection<?> elements =
                value instanceof Map<?, ?> map ? map.values() : value instanceof Collection<?> list ? list : null;
        if (elements == null) {
            return false;
        }
        return levels == 0 || elements.stream().anyMatch(each -> deeper(each, levels - 1));
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
