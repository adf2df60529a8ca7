package dev.sedano.worker.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The identity of one piece of work in the store.
 *
 * @param record the text that names the record: the task id, or scope, NUL and the explicit key; longer than 200 UTF-8
 *     bytes it is replaced by its SHA-256
 * @param key the key as the handler sees it
 * @param explicit whether the key was given, rather than being the task id
 */
public record TaskKey(String record, String key, boolean explicit) {
    private static final int LONGEST = 200;

    /** The default key: the task id, shared by nobody else. */
    public static TaskKey ofTaskId(String id) {
        return new TaskKey(bounded(id), id, false);
    }

    /** An explicit key within {@code scope}, which is the task's name unless tasks share a scope on purpose. */
    public static TaskKey explicit(String scope, String key) {
        return new TaskKey(bounded(scope + '\0' + key), key, true);
    }

    private static String bounded(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= LONGEST) {
            return text;
        }
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(utf8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
