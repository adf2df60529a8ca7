package dev.sedano.worker.canvas;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Moves the callbacks of a chord to its body: its header must not have them. */
final class BodyLinks {
    private BodyLinks() {}

    /** Takes {@code link} and {@code link_error} out of {@code options}. */
    static void move(Map<String, @Nullable Object> options, Node body) {
        for (Object callback : CallSignature.list(options.remove("link"))) {
            Map<String, @Nullable Object> signature = CallSignature.strings(callback);
            if (Node.isEmptyGroup(body)) {
                body.append("link", signature);
            } else {
                body.link(signature);
            }
        }
        for (Object errback : CallSignature.list(options.remove("link_error"))) {
            Map<String, @Nullable Object> signature = CallSignature.strings(errback);
            if (body instanceof GroupNode group) {
                toMembers(group, signature, true);
            } else {
                body.append("link_error", signature);
            }
        }
    }

    private static void toMembers(Node node, Map<String, @Nullable Object> errback, boolean runs) {
        if (node instanceof GroupNode group) {
            if (runs && group.options.get("link_error") != null) {
                group.append("link_error", errback);
            } else {
                group.tasks.forEach(each -> toMembers(each, errback, false));
            }
        } else if (node instanceof ChordNode chord) {
            toMembers(chord.body, errback, true);
        } else {
            node.linkError(errback);
        }
    }
}
