package dev.sedano.worker.cli;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.operator.OperatorCommands;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code sedano}: the root of all subcommands. */
@Command(
        name = "sedano",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Runs Celery tasks in Java, each once, and never while its idempotency store is out of reach.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done as asked",
            "2:wrong usage or configuration",
            "3:finished work is unrecorded, and kept in the journal",
            "4:nothing of that name was found; nothing was changed",
            "5:refused, since the state does not allow it; the message says what does",
            "6:store or broker did not answer",
            "70:internal error"
        })
public final class SedanoCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    private SedanoCommand() {}

    /**
     * The command line with {@code worker} and {@code scripts}; further subcommands may be added to it.
     *
     * @param environment the environment variables
     * @param launcher what runs a worker
     */
    public static CommandLine commandLine(Map<String, String> environment, WorkerLauncher launcher) {
        CommandLine commandLine = new CommandLine(new SedanoCommand());
        commandLine.addSubcommand("worker", WorkerCommand.commandLine(environment, launcher));
        commandLine.addSubcommand(new ScriptsCommand());
        OperatorCommands.addTo(commandLine, environment);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler(SedanoCommand::report);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: write sedano worker -A APP");
    }

    private static int report(Exception exception, CommandLine commandLine, ParseResult parsed) {
        if (exception instanceof ConfigurationException) {
            commandLine.getErr().println("sedano: " + exception.getMessage());
            return ExitCode.USAGE;
        }
        commandLine.getErr().println("sedano: internal error");
        exception.printStackTrace(commandLine.getErr());
        return ExitCode.INTERNAL;
    }
}
