package dev.sedano.worker.protocol;

/** A text that is not what Celery sends, so poison: the same bytes fail again. The message holds no payload text. */
public final class ProtocolException extends RuntimeException {
    private final PoisonReason reason;

    /** @param message what is wrong and where */
    public ProtocolException(String message) {
        this(PoisonReason.MALFORMED_BODY, message);
    }

    ProtocolException(PoisonReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Something that may be meant well but is beyond a limit of this worker. */
    static ProtocolException limit(String message) {
        return new ProtocolException(PoisonReason.LIMIT, message);
    }

    /** The kind of defect. */
    public PoisonReason reason() {
        return reason;
    }
}
