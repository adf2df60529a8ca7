package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.IdempotencyStore;

/** Designs that are wrong on purpose: the simulation must catch each. {@link #NONE} is ours. */
enum NaiveDesign {
    /** The design as it is. */
    NONE,
    /** A claim that fails is taken for a grant. */
    FAIL_OPEN,
    /** A copy whose key runs elsewhere is acknowledged as a duplicate. */
    ACK_ON_BUSY,
    /** A finished handler whose completion fails is given up and returned. */
    NACK_AFTER_HANDLER,
    /** A finished handler whose completion fails is acknowledged. */
    ACK_UNRECORDED,
    /** A completion is accepted from whoever sends it. */
    NO_TOKEN_CHECK,
    /** A lease is never prolonged, its owner believes it is. */
    NO_RENEWAL,
    /** A claim that was not used is not given back. */
    NO_RELEASE,
    /** Whether a block was right is decided by the state at the time of the report. */
    VERDICT_AT_REPORT,
    /** The copies of the broker never say that they come again. */
    NO_REDELIVERED_FLAG,
    /** Tokens begin anew when the store loses its data. */
    TOKENS_RESTART,
    /** The payload of a key is not compared. */
    NO_FINGERPRINT,
    /** A live lease is taken over by a redelivered copy, because its owner's channel is gone. */
    TAKEOVER_ON_REDELIVERY,
    /** A rerun is not announced. */
    SILENT_RERUN,
    /** Work that must be parked after a lost lease runs again. */
    RERUN_INSTEAD_OF_PARK,
    /** A retry is published without the hand-off being recorded. */
    NO_HAND_OFF,
    /** What follows a task is not recorded with its outcome. */
    FOLLOW_UPS_NOT_KEPT,
    /** What follows a task is published before its outcome is recorded. */
    FOLLOW_UPS_FIRST,
    /** What was published is taken to be confirmed. */
    CONFIRM_ASSUMED,
    /** Whoever publishes a follow-up gives it a new id. */
    NEW_IDS,
    /** A step that is to run at most once says nothing before it runs. */
    STEP_WITHOUT_BEGIN,
    /** Whoever asks for a step may have it, owner or not. */
    STEPS_FOR_ANYBODY,
    /** The steps of an attempt are not those of the next. */
    STEPS_PER_ATTEMPT,
    /** Work is parked without the store being told. */
    PARKS_UNTOLD,
    /** Takes what is written to the journal for safe before it is forced to the medium. */
    JOURNAL_WITHOUT_FORCE,
    /** Consumes while the journal of an earlier worker is being replayed. */
    CONSUMES_BEFORE_REPLAY,
    /** Completed keys are forgotten at once. */
    FORGETS_COMPLETIONS;

    /** What the design does to the store itself. */
    IdempotencyStore server(IdempotencyStore store, World world) {
        return NaiveServers.of(this, store);
    }

    /** What the design does to a worker's use of the store. */
    IdempotencyStore client(IdempotencyStore link, SimulatedWorker worker) {
        return NaiveClients.of(this, link, worker);
    }

    /** Whether the broker says that a copy comes again. */
    boolean tellsRedelivery() {
        return this != NO_REDELIVERED_FLAG;
    }
}
