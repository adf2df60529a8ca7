package dev.sedano.worker.idempotency.model;

/** One rule of the protocol that a design leaves out. A sound design has none; every single one must be caught. */
enum Flaw {
    // Claims
    RUNS_WHEN_STORE_FAILS("a failed claim runs the handler"),
    LOOKS_THEN_WRITES("GET, then SET, instead of one script"),
    LEASELESS("claims never expire"),
    BUSY_IS_DUPLICATE("a copy that meets a running owner is acknowledged"),
    CLAIM_NOT_REPEATABLE("its own claim is BUSY to a worker whose reply was lost"),
    RUNNING_EXPIRES("the record of a running task expires with its lease, as a lock does"),
    MARKER_OUTLIVED_BY_QUEUE("the marker's TTL is shorter than a message may wait"),
    STARTS_LATE("a worker that slept between claim and start does not look at its lease again"),
    NO_FINGERPRINT("the payload is not compared"),

    // Ends
    ENDS_WITHOUT_TOKEN("completion does not check the token"),
    MARKS_AFTER_ACK("acknowledged first, recorded afterwards"),
    NACKS_UNRECORDED("ran, store down: returned to the queue"),
    ACKS_UNRECORDED("ran, store down: acknowledged"),
    ACKS_WHEN_STALE("a zombie acknowledges its delivery (harmless: the new owner holds a copy of its own)"),
    TOKEN_RESTARTS("tokens are counted in the record, and start again when it is lost"),

    // Retries, replacements, follow-ups
    PUBLISHES_RETRY_FIRST("the retry message is published before the hand-off is recorded"),
    FORGETS_FOLLOW_UPS("the completion does not say which follow-ups are due"),
    SETTLES_BY_OLD_TOKEN("settle clears the follow-ups of another tenure"),
    REPLACE_IS_SAME_ATTEMPT("only retries count as attempts"),
    NESTING_ADDS_TO_RETRIES("attempt = nesting + retries"),

    // Release and crash loops
    RELEASE_FORGETS_HANDOFF("release deletes the record, also after a hand-off"),
    RELEASE_FORGETS_RUN("release deletes the record, also if an earlier tenure may have run"),
    RELEASE_BY_ANYBODY("release does not compare the nonce"),
    NO_CRASH_GUARD("a task that kills its worker is run for ever"),
    BLAMES_CLAIMS("poison is counted by claims, not by starts"),
    FIRST_LOSS_COUNTS("the first lost tenure counts as a start, though it did not record one"),
    START_COUNTED_TWICE("a start whose reply was lost counts again"),
    HANDOFF_KEEPS_STARTS("a recorded start whose run ended in a retry still counts"),
    PARK_RUNS_AGAIN("a task whose policy is PARK is run again when its owner vanished"),
    PARK_ACKS_FIRST("acknowledged before the parked copy is confirmed"),
    WAIT_ACKS_FIRST("acknowledged before the copy in the wait queue is confirmed"),

    // Steps
    STEP_WITHOUT_BEGIN("an at-most-once step records its end only"),
    STEP_END_BY_ZOMBIE("the end of a step is accepted from any token"),
    HANDOFF_FORGETS_STEPS("the steps of an attempt are not kept for its retry"),
    STEP_FREED_BY_ANY_ERROR("any exception frees an at-most-once step"),

    // Loss of data
    IGNORES_EPOCH("claims do not notice another store or another data set"),
    NO_UNSAFE_WINDOW("after a switch redelivered copies do not wait for the other workers' hello"),
    FORGETS_EPOCH_AT_RESTART("a restarted worker does not know that there was data"),
    DOUBT_ONLY_WITHOUT_RECORD("after a loss only missing records are doubted, not those that went back in time"),

    // One explicit key, several ids
    FREE_IGNORED("a failed run that released its key still answers later ids"),
    FREE_FORGETS_IDS("a released key forgets whose run it was"),
    FREE_FORGETS_TAKEN_OVER_ID("a released key forgets the id whose run was taken over by a copy of another"),
    FREE_IDS_FORGOTTEN_IN_USE("the ids of a released run are looked at only until the key is claimed again"),
    RELEASE_FORGETS_FREE("giving back a claim of a released key deletes its record"),
    FREE_DROPS_FOLLOW_UPS("a released key is claimed before its follow-ups are confirmed"),
    TAKEOVER_KEEPS_FIRST_ID("a copy of another id takes over, and its retries are strangers to the record"),
    OTHER_ID_BY_ATTEMPT("another id is judged by its attempt, not by the first payload"),

    // Accounting of blocked deliveries
    JUDGES_BLOCKS_AT_REPORT("a blocked delivery is judged by the state at its report"),
    KEEPS_FIRST_CLAIM_TIME("a repeated claim keeps the time of the first"),
    REPORTS_COUNT_TWICE("a report whose reply was lost counts again");

    final String meaning;

    Flaw(String meaning) {
        this.meaning = meaning;
    }
}
