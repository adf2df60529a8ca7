package dev.sedano.worker.protocol;

/** Why a message can never be processed as sent; the dead-letter header {@code x-sedano-reason} carries the code. */
public enum PoisonReason {
    /** The body is not valid in its content type, or not a Celery body. */
    MALFORMED_BODY("malformed_body"),
    /** A header has the wrong type or an impossible value. */
    MALFORMED_HEADER("malformed_header"),
    /** No task name in headers or body. */
    NOT_A_TASK("not_a_task"),
    /** The content type is unknown, or one that this worker was told not to accept. */
    CONTENT_TYPE("content_type"),
    /** The body is pickle: reading it would run whatever its sender wants. */
    PICKLE("pickle"),
    /** The body is signed by Celery's {@code auth} serializer, which this worker cannot check. */
    SIGNED("signed"),
    /** The compression is unknown, or the body is not of it. */
    COMPRESSION("compression"),
    /** Beyond a limit: size or ratio of what is unpacked, depth, length of a number, number of headers. */
    LIMIT("limit"),
    /** The message asks for something this version does not do yet, such as a callback. */
    UNSUPPORTED("unsupported");

    private final String code;

    PoisonReason(String code) {
        this.code = code;
    }

    /** The value used in metrics, logs and dead-letter headers. */
    public String code() {
        return code;
    }
}
