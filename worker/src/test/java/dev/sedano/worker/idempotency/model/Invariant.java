package dev.sedano.worker.idempotency.model;

/** What must hold in every state that can be reached. */
enum Invariant {
    /** G1, G5: two runs of one attempt overlap only after a lease ended under a live owner. */
    OVERLAP,
    /** G3: no run starts whose attempt was finished before, unless the marker was lost and the run is announced. */
    RERUN_AFTER_COMPLETION,
    /** G6, G7: a handler that may be second is told so. */
    SILENT_RERUN,
    /** G2: one attempt has one accepted end. */
    TWO_COMPLETIONS,
    /** G4: a key without copies and owners has its final outcome recorded, or a parked copy. */
    TASK_LOST,
    /** G8: what follows a recorded outcome was published. */
    FOLLOW_UP_LOST,
    /** Fencing: every granted token is greater than all before. */
    TOKEN_NOT_GROWING,
    /** From every state the key can settle without further faults. */
    NEVER_SETTLES,
    /** Only copies with another payload are refused as conflicts. */
    VALID_WORK_REFUSED,
    /** No copy with another payload runs, or is acknowledged as a duplicate. */
    CONFLICT_MISSED,
    /** An id that came after a released failure is run, not answered by that failure. */
    RELEASED_KEY_ANSWERS,
    /** Poison is a key whose recorded starts were lost as often as the limit says. */
    INNOCENT_BLAMED,
    /** The body of an at-most-once step ran once at most. */
    STEP_TWICE,
    /** A recorded end of a step is found by every later run. */
    STEP_FORGOTTEN,
    /** The recorded value of a step never changes. */
    STEP_VALUE_CHANGED,
    /** A task whose owner vanished is not run again under the policy PARK. */
    RUN_DESPITE_PARK,
    /** A block is a false positive if and only if the winning tenure was granted after it. */
    WRONG_VERDICT,
    /** A block is counted once. */
    COUNTED_TWICE
}
