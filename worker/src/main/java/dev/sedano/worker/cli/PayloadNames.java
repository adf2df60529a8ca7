package dev.sedano.worker.cli;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.compression.Compression;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Serializers and compressions by the names that Celery's settings have for them. */
final class PayloadNames {
    private PayloadNames() {}

    static Serializer serializer(String option, String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        Serializer serializer = Serializer.of(name);
        if (serializer != null) {
            return serializer;
        }
        throw new ConfigurationException(
                option,
                text,
                name.equals("pickle")
                        ? "is never read nor written, since reading pickle runs code: use " + Serializer.names()
                        : "is unknown: use " + Serializer.names());
    }

    /** Null = none. */
    static @Nullable Compression compression(String option, String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (name.equals("none")) {
            return null;
        }
        Compression compression = Compression.of(name);
        if (compression == null) {
            throw new ConfigurationException(option, text, "is unknown: use gzip, bzip2, lzma, zstd or none");
        } else if (!compression.writes()) {
            throw new ConfigurationException(option, text, "is read, not written: use zstd or gzip");
        }
        return compression;
    }
}
