package dev.sedano.worker.canvas;

/** A task asked for a replacement that cannot take its place; {@code celery.exceptions.ImproperlyConfigured} for callers. */
public final class ImproperlyConfiguredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImproperlyConfiguredException(String message) {
        super(message);
    }
}
