package dev.sedano.examples.stage;

import dev.sedano.workbench.Example;
import picocli.CommandLine.Option;

/**
 * A story as a command: opens a stage, plays, and prints the table. A subclass is annotated with picocli's {@code
 * Command}, plays in {@link #play}, and demands its figures of the account. Used by one thread.
 */
public abstract class Story implements Example {
    private final String name;

    @Option(names = "--install", description = "Let the system's package manager install what is missing.")
    private boolean install;

    /** @param name as in {@code examples/} */
    protected Story(String name) {
        this.name = name;
    }

    @Override
    public final Integer call() throws Exception {
        check();
        return play().holds() ? 0 : 1;
    }

    /** Plays the story once on a stage of its own and returns its account. */
    public final Account play() throws Exception {
        Account account = new Account(System.out);
        try (Stage stage = Stage.open(name, install, account)) {
            play(stage, account);
        }
        account.end("The story held.", "The story did NOT hold.");
        return account;
    }

    /** Checks the options; throws picocli's {@code ParameterException} naming the option, its value and the cure. */
    protected void check() {}

    /** Plays the story. An exception ends it; what was started is ended by the stage. */
    protected abstract void play(Stage stage, Account account) throws Exception;
}
