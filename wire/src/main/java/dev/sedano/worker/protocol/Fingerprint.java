package dev.sedano.worker.protocol;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether two messages ask for the same work: SHA-256 over the task name, args and kwargs; not over eta, expires,
 * retries or headers.
 *
 * <p>Canonical form, the same on every worker: each value is one letter and its content. {@code n} null, {@code t} true,
 * {@code f} false; {@code i} integer in decimal digits; {@code d} float by its 64 IEEE bits in hexadecimal (shortest
 * decimal digits differ between Java releases); {@code s} text; {@code l} list and {@code m} map, followed by the
 * number of elements and the elements, maps sorted by the UTF-8 bytes of their keys, which are text as in JSON; {@code S} set, its elements sorted; a tagged type is {@code T}, its tag
 * and its text. Every content starts with its length in UTF-8 bytes, so no two values run together. Unpaired surrogates
 * take three bytes. Positional and keyword arguments are distinct. Thread-safe.
 */
public final class Fingerprint {
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    });

    private Fingerprint() {}

    /** The fingerprint of {@code message}: 64 lower-case hexadecimal digits. */
    public static String of(TaskMessage message) {
        CanonicalForm form = new CanonicalForm();
        form.value(message.task());
        form.value(message.args());
        form.value(message.kwargs());
        return digestOf(form);
    }

    /**
     * The fingerprint of any plain value, such as a signature.
     *
     * @throws IllegalArgumentException if it holds something else
     */
    public static String ofValue(@Nullable Object plain) {
        CanonicalForm form = new CanonicalForm();
        form.value(plain);
        return digestOf(form);
    }

    private static String digestOf(CanonicalForm form) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        form.updateTo(digest);
        return HexFormat.of().formatHex(digest.digest());
    }
}
