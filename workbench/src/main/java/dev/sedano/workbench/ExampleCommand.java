package dev.sedano.workbench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sedano example}. */
@Command(
        name = "example",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description = "Plays one of the stories in examples/, with a broker and a store of its own.",
        footer = {
            "",
            "sedano example NAME --help shows the story's own options.",
            "Exit code: 0 = the story held, 1 = it did not, 2 = wrong usage or something is missing."
        })
final class ExampleCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new ExampleCommand());
        List<CommandLine> stories = ServiceLoader.load(Example.class).stream()
                .map(story -> new CommandLine(story.get()))
                .sorted(Comparator.comparing(CommandLine::getCommandName))
                .toList();
        stories.forEach(commandLine::addSubcommand);
        return commandLine.addSubcommand(new ListCommand(stories));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Name an example: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** {@code sedano example list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Names the stories.")
    private static final class ListCommand implements Callable<Integer> {
        private final List<CommandLine> stories;

        private ListCommand(List<CommandLine> stories) {
            this.stories = stories;
        }

        @Override
        public Integer call() {
            for (CommandLine story : stories) {
                String[] description = story.getCommandSpec().usageMessage().description();
                System.out.println(
                        String.format(Locale.ROOT, "%-20s %s", story.getCommandName(), String.join(" ", description)));
            }
            return 0;
        }
    }
}
