package dev.sedano.worker.cli;

import picocli.CommandLine;

/** The {@code sedano} program. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code, see {@link ExitCode}. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The program's command line, to which further subcommands may be added. */
    public static CommandLine commandLine() {
        return SedanoCommand.commandLine(System.getenv(), SignalledWorker::run);
    }
}
