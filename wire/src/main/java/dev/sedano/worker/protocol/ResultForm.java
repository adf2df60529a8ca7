package dev.sedano.worker.protocol;

import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.protocol.compression.CompressionException;
import dev.sedano.worker.protocol.compression.SizeLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How results and parts of chords look in the backend: {@code result_serializer} and {@code result_compression}
 * (celery/backends/base.py). Inside the worker, beside markers and in the journal they are JSON. Thread-safe.
 */
public final class ResultForm {
    /** In front of compressed bytes, followed by the compression's name and NUL: readers need no setting. */
    private static final byte[] COMPRESSED = "\0celery-compressed\0".getBytes(StandardCharsets.US_ASCII);

    private static final int LONGEST_NAME = 64;

    private final CeleryJson json;
    private final Encoder encoder;
    private final PayloadForm form;

    /** @param form what the settings say */
    public ResultForm(CeleryJson json, PayloadForm form) {
        this.json = json;
        this.encoder = new Encoder(json);
        this.form = form;
    }

    /** JSON without compression. */
    public static ResultForm ofJson(CeleryJson json) {
        return new ResultForm(json, PayloadForm.DEFAULT);
    }

    /**
     * Whether readers can be given {@code value} in this form.
     *
     * @throws EncodingException if it has no such form, or a longer one than {@code maxBytes}
     */
    public void check(@Nullable Object value, int maxBytes) {
        if (form.serializer() != Serializer.JSON) {
            encoder.bytes(value, form.serializer(), maxBytes);
        }
    }

    /** A record or part that is JSON, as it goes to Redis. Never fails for what {@link #check} let through. */
    public byte[] toStore(byte[] record) {
        byte[] bytes = serialized(record);
        Compression compression = form.compression();
        if (compression == null) {
            return bytes;
        }
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        stored.writeBytes(COMPRESSED);
        stored.writeBytes(compression.mime().getBytes(StandardCharsets.US_ASCII));
        stored.write(0);
        stored.writeBytes(compression.compress(bytes));
        return stored.toByteArray();
    }

    /** A record that is JSON, as it goes to a reply queue, where Celery does not compress. */
    public Encoder.Payload toReply(byte[] record) {
        return new Encoder.Payload(
                serialized(record),
                form.serializer().contentType(),
                form.serializer().contentEncoding(),
                null);
    }

    private byte[] serialized(byte[] record) {
        if (form.serializer() == Serializer.JSON) {
            return record;
        }
        Object plain = json.decode(record);
        try {
            return encoder.bytes(plain, form.serializer(), Integer.MAX_VALUE);
        } catch (EncodingException e) {
            // Only texts of failures come here unchecked, which may hold half a surrogate pair.
            return encoder.bytes(readable(plain), form.serializer(), Integer.MAX_VALUE);
        }
    }

    /** With a question mark for half a surrogate pair, and text for what has no form. */
    private static @Nullable Object readable(@Nullable Object plain) {
        if (plain instanceof Map<?, ?> map) {
            Map<@Nullable Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> copy.put(readable(key), readable(value)));
            return copy;
        } else if (plain instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(value -> copy.add(readable(value)));
            return copy;
        } else if (plain == null || plain instanceof Boolean || plain instanceof Long || plain instanceof Double) {
            return plain;
        }
        return new String(plain.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /**
     * The plain value of what some worker stored: compressed or not whatever our setting, in the serializer of our
     * setting, or else in the one that it looks like.
     *
     * @throws ProtocolException if it cannot be read
     */
    public @Nullable Object read(byte[] stored) {
        byte[] bytes = unpacked(stored);
        try {
            return encoder.plain(bytes, form.serializer());
        } catch (ProtocolException e) {
            Serializer other = lookOf(bytes);
            if (other == form.serializer()) {
                throw e;
            }
            return encoder.plain(bytes, other);
        }
    }

    /** A record is a map and a part a list, whose first byte tells. */
    private static Serializer lookOf(byte[] bytes) {
        int first = bytes.length == 0 ? 0 : bytes[0] & 0xff;
        return first == '{' || first == '[' ? Serializer.JSON : first < 0x80 ? Serializer.YAML : Serializer.MSGPACK;
    }

    private static byte[] unpacked(byte[] stored) {
        if (stored.length < COMPRESSED.length
                || !Arrays.equals(stored, 0, COMPRESSED.length, COMPRESSED, 0, COMPRESSED.length)) {
            return stored;
        }
        int end = COMPRESSED.length;
        while (end < stored.length && stored[end] != 0 && end - COMPRESSED.length < LONGEST_NAME) {
            end++;
        }
        Compression compression = Compression.of(
                new String(stored, COMPRESSED.length, end - COMPRESSED.length, StandardCharsets.US_ASCII));
        if (compression == null || end == stored.length || stored[end] != 0) {
            throw new ProtocolException("a stored result of an unknown compression");
        }
        try {
            return compression.decompress(Arrays.copyOfRange(stored, end + 1, stored.length), SizeLimits.DEFAULT);
        } catch (CompressionException e) {
            throw new ProtocolException("a stored result that cannot be unpacked: " + e.getMessage());
        }
    }
}
