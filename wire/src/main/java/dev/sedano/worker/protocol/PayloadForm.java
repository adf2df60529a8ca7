package dev.sedano.worker.protocol;

import dev.sedano.worker.protocol.compression.Compression;
import org.jspecify.annotations.Nullable;

/**
 * How a value is written: {@code task_serializer} and {@code task_compression}, or those of results.
 *
 * @param compression null = none
 */
public record PayloadForm(Serializer serializer, @Nullable Compression compression) {
    /** Celery's default: JSON without compression. */
    public static final PayloadForm DEFAULT = new PayloadForm(Serializer.JSON, null);

    /** @throws IllegalArgumentException if {@code compression} can only be read */
    public PayloadForm {
        if (compression != null && !compression.writes()) {
            throw new IllegalArgumentException(compression.mime() + " is read, not written; use zstd or gzip");
        }
    }
}
