package dev.sedano.worker.cli;

/** What the process's exit code tells scripts. */
public final class ExitCode {
    /** Done as asked; for a worker: stopped by SIGTERM with everything settled or returned. */
    public static final int OK = 0;

    /** Wrong usage or configuration; nothing was started. */
    public static final int USAGE = 2;

    /** Finished work could not be recorded in the store; it is in the journal in the state folder. */
    public static final int UNRECORDED = 3;

    /** Too many handlers ran on past their hard time limits: the process must be started anew to be rid of them. */
    public static final int LEFT_BEHIND = 4;

    /** A bug: the message on standard error belongs into a report. */
    public static final int INTERNAL = 70;

    private ExitCode() {}
}
