package dev.sedano.worker.delivery;

/** Why a delivery was settled as it was; the code is the metric tag, the log field and the dead-letter header. */
public enum SettlementReason {
    /** The handler returned and its result is recorded. */
    SUCCEEDED("succeeded"),
    /** The handler failed and the failure is recorded. */
    FAILED("failed"),
    /** It expired before it could run; REVOKED is recorded. */
    EXPIRED("expired"),
    /** The handler asked for another attempt, whose message is published. */
    RETRIED("retried"),
    /** The handler gave its place to another task, whose message is published. */
    REPLACED("replaced"),
    /** The handler refused it: a copy is dead-lettered, or it is returned. */
    REJECTED("rejected"),
    /** The handler wants no result stored. */
    IGNORED("ignored"),
    /** It took its workers with it too often; FAILURE is recorded and a copy is parked. */
    POISON("poison"),
    /** A step or a verifier cannot tell what an earlier run did. */
    OUTCOME_UNKNOWN("outcome_unknown"),
    /** Its key is completed. */
    DUPLICATE("duplicate"),
    /** It was delivered again while its handler ran in this worker, which has recorded the outcome. */
    ATTACHED("attached"),
    /** A later attempt of the task exists. */
    STALE_ATTEMPT("stale_attempt"),
    /** The idempotency store does not answer. */
    STORE_UNAVAILABLE("store_unavailable"),
    /** The worker stops. */
    SHUTDOWN("shutdown"),
    /** No handler of that name is registered. */
    UNKNOWN_TASK("unknown_task"),
    /** Same key, other payload. */
    CONFLICT("conflict"),
    /** Its record's key in the store holds data of something else. */
    FOREIGN_KEY("foreign_key"),
    /** The record says that a person must decide. */
    PARKED("parked"),
    /** A follow-up of it has nowhere to go; the reason of that follow-up's copy in the dead-letter queue. */
    FOLLOW_UP_UNROUTABLE("follow_up_unroutable"),
    /** What its key's owner left to be published cannot be read; it is still in the store. */
    FOLLOW_UPS_UNREADABLE("follow_ups_unreadable"),
    /** The store lost data and this copy may have run. */
    STORE_LOST_DATA("store_lost_data"),
    /** It is not due yet. */
    NOT_DUE("not_due"),
    /** Too many deliveries are held, this one waits in the broker. */
    HELD("held"),
    /** The message asks for something this version does not do. */
    UNSUPPORTED("unsupported"),
    /** The body cannot be decoded. */
    MALFORMED_BODY("malformed_body"),
    /** A header cannot be used. */
    MALFORMED_HEADER("malformed_header"),
    /** Neither headers nor body name a task. */
    NOT_A_TASK("not_a_task"),
    /** The content type is refused. */
    CONTENT_TYPE("content_type"),
    /** The compression is not supported. */
    COMPRESSION("compression"),
    /** Something of ours failed in an unforeseen way while it was on its way; it comes again later. */
    DEFECT("defect"),
    /** The channel closed before the delivery could be settled; the broker delivers it again. */
    CHANNEL_CLOSED("channel_closed"),
    /** The handler ended but its outcome is not recorded yet; it is in the journal. */
    UNRECORDED("unrecorded");

    private final String code;

    SettlementReason(String code) {
        this.code = code;
    }

    /** The text used in metrics, logs and headers. */
    public String code() {
        return code;
    }
}
