package dev.sedano.workbench;

import ch.qos.logback.classic.Level;
import dev.sedano.services.ServiceException;
import dev.sedano.services.ServicesUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;

/** The program behind {@code ./sedano}: the worker's own commands, and demo, dev, test, conformance and example. */
public final class Main {
    private static final int NOT_DONE = 1;
    private static final int SERVICES_MISSING = 2;
    private static final int SERVICE_FAILED = 69;

    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && !arguments[0].equals("worker")) {
            onlyWarnings();
        }
        System.exit(commandLine().execute(arguments));
    }

    /** The libraries of the other commands have nothing to tell the user as long as all is well. */
    private static void onlyWarnings() {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof ch.qos.logback.classic.Logger root) {
            root.setLevel(Level.WARN);
        }
    }

    static CommandLine commandLine() {
        CommandLine commandLine = dev.sedano.worker.cli.Main.commandLine();
        IExecutionExceptionHandler workers = commandLine.getExecutionExceptionHandler();
        commandLine
                .addSubcommand(new DemoCommand())
                .addSubcommand(new DevCommand())
                .addSubcommand(new TestCommand())
                .addSubcommand(new ConformanceCommand())
                .addSubcommand(ExampleCommand.commandLine())
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    int code = exitCode(exception);
                    if (code == 0) {
                        return workers.handleExecutionException(exception, command, parsed);
                    }
                    command.getErr().println("sedano: " + exception.getMessage());
                    return code;
                });
        return commandLine;
    }

    /** Returns the code for a failure that its message explains in full, 0 for any other. */
    private static int exitCode(Exception exception) {
        if (exception instanceof ServicesUnavailableException) {
            return SERVICES_MISSING;
        }
        if (exception instanceof ServiceException) {
            return SERVICE_FAILED;
        }
        return exception instanceof WorkbenchException ? NOT_DONE : 0;
    }
}
