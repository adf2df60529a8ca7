package dev.sedano.workbench;

import picocli.CommandLine;

/** The program behind {@code ./sedano}: demo, dev and test, composed with the worker's own commands. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new WorkbenchCommand());
    }
}
