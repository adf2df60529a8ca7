package dev.sedano.worker.protocol;

import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.protocol.compression.CompressionException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bodies by their content type and compression (kombu/serialization.py, kombu/compression.py). Pickle is refused always,
 * since reading it runs code; signed bodies, since nothing here can check the signature. Thread-safe.
 */
final class Contents {
    private static final String PICKLE = "application/x-python-serialize";
    /** Of Celery's {@code auth} serialiser; kombu also assumes it where a message has no content type. */
    private static final String SIGNED = "application/data";

    private static final Set<String> LATIN_1 =
            Set.of("latin-1", "latin1", "latin_1", "iso-8859-1", "iso8859-1", "iso8859_1", "iso_8859_1", "l1");

    private final CeleryJson json;
    private final Set<Serializer> accepted;
    private final DecodeLimits limits;

    Contents(CeleryJson json, Set<Serializer> accepted, DecodeLimits limits) {
        this.json = json;
        this.accepted = accepted.isEmpty() ? EnumSet.noneOf(Serializer.class) : EnumSet.copyOf(accepted);
        this.limits = limits;
    }

    /**
     * The plain value of a body.
     *
     * @throws ProtocolException with the reason why it is refused
     */
    @Nullable
    Object decode(MessageProperties properties, byte[] body) {
        Serializer serializer = serializer(properties.contentType());
        byte[] unpacked = unpacked(properties.headers().get("compression"), body);
        return switch (serializer) {
            case JSON -> json.decode(unpacked, charset(properties.contentEncoding()));
            case MSGPACK -> MsgpackReader.read(unpacked, limits.depth());
            case YAML -> YamlReader.read(text(unpacked, charset(properties.contentEncoding())), limits.depth());
        };
    }

    private Serializer serializer(@Nullable String contentType) {
        if (contentType == null) {
            throw new ProtocolException(
                    PoisonReason.CONTENT_TYPE, "property 'content_type' is missing; send " + acceptable());
        }
        for (Serializer each : accepted) {
            if (each.contentType().equals(contentType)) {
                return each;
            }
        }
        if (contentType.equals(PICKLE)) {
            throw new ProtocolException(
                    PoisonReason.PICKLE,
                    "property 'content_type' is " + PICKLE
                            + " (pickle), which is never read; set task_serializer to json");
        } else if (contentType.equals(SIGNED)) {
            throw new ProtocolException(
                    PoisonReason.SIGNED,
                    "property 'content_type' is " + SIGNED
                            + " (signed by the serializer auth), which is not supported; set task_serializer to json");
        }
        throw new ProtocolException(
                PoisonReason.CONTENT_TYPE,
                "property 'content_type' is '" + shortened(contentType) + "', which "
                        + (Serializer.of(contentType) == null ? "is unknown" : "accept_content does not name")
                        + "; send " + acceptable());
    }

    private String acceptable() {
        StringBuilder types = new StringBuilder();
        for (Serializer each : accepted) {
            types.append(types.isEmpty() ? "" : ", ").append(each.contentType());
        }
        return types.toString();
    }

    private byte[] unpacked(@Nullable Object header, byte[] body) {
        if (header == null || "".equals(header)) { // kombu asks for truth, not for presence
            return body;
        }
        Compression compression = header instanceof String name ? Compression.of(name) : null;
        if (compression == null) {
            throw new ProtocolException(
                    PoisonReason.COMPRESSION,
                    "header 'compression' is "
                            + (header instanceof String name
                                    ? "'" + shortened(name) + "', which is unknown"
                                    : PythonTypes.name(header))
                            + "; use " + Compression.names());
        }
        try {
            return compression.decompress(body, limits.size());
        } catch (CompressionException e) {
            throw new ProtocolException(
                    e.beyondLimit() ? PoisonReason.LIMIT : PoisonReason.COMPRESSION, String.valueOf(e.getMessage()));
        }
    }

    /** Celery ignores an unknown encoding, and {@code binary} is what some producers say of UTF-8 text. */
    private static Charset charset(@Nullable String encoding) {
        return encoding != null && LATIN_1.contains(encoding.toLowerCase(Locale.ROOT))
                ? StandardCharsets.ISO_8859_1
                : StandardCharsets.UTF_8;
    }

    private static String text(byte[] body, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("the body is not valid " + charset.name());
        }
    }

    /** @throws ProtocolException if {@code bytes} are not valid UTF-8 */
    static String utf8(byte[] bytes) {
        return text(bytes, StandardCharsets.UTF_8);
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
