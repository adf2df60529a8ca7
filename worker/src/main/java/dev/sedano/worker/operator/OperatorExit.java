package dev.sedano.worker.operator;

/** Exit codes of the operator's commands, beside those of the program. If several keys end differently, the highest. */
final class OperatorExit {
    static final int OK = 0;

    /** Nothing of that name; nothing was changed. */
    static final int NOT_FOUND = 4;

    /** The state does not allow it; nothing was changed for that key. */
    static final int REFUSED = 5;

    /** Store or broker did not answer. What the output does not list as done may or may not have been done. */
    static final int UNAVAILABLE = 6;

    private OperatorExit() {}
}
