package dev.sedano.worker.protocol;

import dev.sedano.worker.protocol.compression.Compression;
import org.jspecify.annotations.Nullable;

/** Writes values so that Python's kombu reads them, in any serialiser and compression. Thread-safe. */
public final class Encoder {
    /** Of one text before compression, as {@link CeleryJson} has it. */
    private static final int MOST_BYTES = 128 << 20;

    private final CeleryJson json;

    /** @param json writes JSON, and turns Java objects to plain values */
    public Encoder(CeleryJson json) {
        this.json = json;
    }

    /**
     * A body, and what is said about it in properties and headers.
     *
     * @param body the bytes, packed if {@code compression} says so
     * @param compression the value of the header {@code compression}, or null: no header
     */
    public record Payload(
            byte[] body,
            String contentType,
            String contentEncoding,
            @Nullable String compression) {}

    /** What is said about bytes that are JSON already. */
    public static Payload ofJson(byte[] json) {
        return new Payload(json, Serializer.JSON.contentType(), Serializer.JSON.contentEncoding(), null);
    }

    /**
     * {@code value}, plain or as a handler returned it, in {@code form}.
     *
     * @throws EncodingException if it has no form in that serialiser
     */
    public Payload encode(@Nullable Object value, PayloadForm form) {
        byte[] bytes = bytes(value, form.serializer(), MOST_BYTES);
        Compression compression = form.compression();
        return new Payload(
                compression == null ? bytes : compression.compress(bytes),
                form.serializer().contentType(),
                form.serializer().contentEncoding(),
                compression == null ? null : compression.mime());
    }

    /**
     * {@code value} in a serialiser alone.
     *
     * @param maxBytes more is an EncodingException, {@code tooLarge}
     * @throws EncodingException if it has no form in that serialiser
     */
    public byte[] bytes(@Nullable Object value, Serializer serializer, int maxBytes) {
        return switch (serializer) {
            case JSON -> json.encode(value, maxBytes);
            case MSGPACK -> MsgpackWriter.write(value, maxBytes, json::toPlain);
            case YAML -> YamlWriter.write(value, maxBytes, json::toPlain);
        };
    }

    /**
     * The plain value of bytes that were written in a serialiser, as {@link #bytes} writes them.
     *
     * @throws ProtocolException if they are not of it
     */
    public @Nullable Object plain(byte[] bytes, Serializer serializer) {
        return switch (serializer) {
            case JSON -> json.decode(bytes);
            case MSGPACK -> MsgpackReader.read(bytes, CeleryJson.DEEPEST);
            case YAML -> YamlReader.read(Contents.utf8(bytes), CeleryJson.DEEPEST);
        };
    }
}
