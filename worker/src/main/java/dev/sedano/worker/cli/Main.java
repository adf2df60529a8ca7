package dev.sedano.worker.cli;

/** The {@code sedano} program. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code, see {@link ExitCode}. */
    public static void main(String[] args) {
        System.exit(
                SedanoCommand.commandLine(System.getenv(), SignalledWorker::run).execute(args));
    }
}
