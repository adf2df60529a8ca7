package dev.sedano.worker.protocol;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The serialisers that this worker reads and writes, as kombu registers them (kombu/serialization.py). */
public enum Serializer {
    /** Celery's default, with its tagged types. */
    JSON("json", "application/json", "utf-8"),
    /** MessagePack. */
    MSGPACK("msgpack", "application/x-msgpack", "binary"),
    /** YAML 1.1 of {@code safe_dump}. */
    YAML("yaml", "application/x-yaml", "utf-8");

    private final String setting;
    private final String contentType;
    private final String contentEncoding;

    Serializer(String setting, String contentType, String contentEncoding) {
        this.setting = setting;
        this.contentType = contentType;
        this.contentEncoding = contentEncoding;
    }

    /** The name in Celery's settings, and of a signature's option {@code serializer}. */
    public String setting() {
        return setting;
    }

    /** The AMQP property. */
    public String contentType() {
        return contentType;
    }

    /** The AMQP property. */
    public String contentEncoding() {
        return contentEncoding;
    }

    /** The serialiser of a setting's value, which may be a name or a content type, as in Celery; null if there is none. */
    public static @Nullable Serializer of(String name) {
        for (Serializer each : values()) {
            if (each.setting.equals(name) || each.contentType.equals(name)) {
                return each;
            }
        }
        return null;
    }

    /** The names that {@link #of} knows, for people. */
    public static String names() {
        return Arrays.stream(values()).map(Serializer::setting).collect(Collectors.joining(", "));
    }
}
