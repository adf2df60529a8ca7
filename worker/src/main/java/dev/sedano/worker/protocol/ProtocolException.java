package dev.sedano.worker.protocol;

/** A text that is not what Celery sends, so poison: the same bytes fail again. The message holds no payload text. */
public final class ProtocolException extends RuntimeException {
    /** @param message what is wrong and where */
    public ProtocolException(String message) {
        super(message);
    }
}
