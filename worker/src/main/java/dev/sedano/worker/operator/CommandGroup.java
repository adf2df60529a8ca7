package dev.sedano.worker.operator;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only has subcommands. */
@Command
final class CommandGroup implements Runnable {
    private final String example;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    /** @param example what could be meant, after {@code sedano} */
    CommandGroup(String example) {
        this.example = example;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: write sedano " + example);
    }
}
