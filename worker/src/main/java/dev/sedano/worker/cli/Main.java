package dev.sedano.worker.cli;

import picocli.CommandLine;

/** The {@code sedano} program. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code, see {@link ExitCode}. */
    public static void main(String[] args) {
        if (args.length > 0 && !args[0].equals("worker")) {
            // A worker sets up its log by its options; the other commands' output is not to be mixed with one.
            LogSettings.parse("WARNING", null).apply();
        }
        System.exit(commandLine().execute(args));
    }

    /** The program's command line, to which further subcommands may be added. */
    public static CommandLine commandLine() {
        return SedanoCommand.commandLine(System.getenv(), SignalledWorker::run);
    }
}
