package dev.sedano.worker.cli;

import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.handler.AppLoader;
import dev.sedano.worker.runtime.WorkerConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code sedano worker}: reads the options, loads the applications, runs the worker. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = "sedano worker -A APP... [-Q q1,q2] [-c N] [-n NODE] [-P POOL] [-l LEVEL] [OPTIONS]%n",
        description = {
            "Runs the tasks of APP against your broker and store.",
            "",
            "SIGTERM: stop taking work, finish what runs, return the rest. A second SIGTERM, or the end of"
                    + " --shutdown-timeout, ends the wait.",
            "TIME is 500ms, 30s, 5m, 2h, 7d, a number of seconds, or ISO-8601.",
            ""
        },
        footer = {
            "",
            "Switches of Celery's worker that mean nothing here, such as --without-gossip or --pidfile, are accepted"
                    + " and ignored with a warning."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped as asked; everything is settled or returned",
            "2:wrong usage or configuration; nothing was started",
            "3:finished work is unrecorded, and kept in the journal in --state-dir",
            "4:ended since --max-left-behind handlers ran on past their hard time limits: start it again",
            "70:internal error"
        })
final class WorkerCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final WorkerLauncher launcher;

    @Mixin
    private final WorkerOptions options = new WorkerOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    private WorkerCommand(Map<String, String> environment, WorkerLauncher launcher) {
        this.environment = environment;
        this.launcher = launcher;
    }

    static CommandLine commandLine(Map<String, String> environment, WorkerLauncher launcher) {
        CommandLine commandLine = new CommandLine(new WorkerCommand(environment, launcher));
        CeleryOnlyOptions.addTo(commandLine.getCommandSpec());
        return commandLine;
    }

    @Override
    public Integer call() {
        ParseResult parsed = spec.commandLine().getParseResult();
        warnOfIgnored(parsed);
        GivenSettings given = new GivenSettings(spec, parsed, environment, this::warn);
        given.fill(options.config);
        WorkerConfig config;
        LogSettings logs;
        try {
            logs = LogSettings.parse(options.logLevel, options.logFormat);
            config = new ConfigFromOptions(options, given::tree, environment, this::warn).config();
        } catch (ConfigurationException e) {
            throw given.located(e);
        }
        if (options.showConfig) {
            ShownConfig.write(config, options, given, spec.commandLine().getOut());
            return ExitCode.OK;
        }
        if (options.apps.isEmpty()) {
            throw new ConfigurationException(
                    AppLoader.OPTION, "", "is not given: name a jar, a classes folder or a class with tasks");
        }
        logs.apply();
        TaskRegistry registry = new TaskRegistry();
        try (AppLoader apps = AppLoader.load(options.apps, registry)) {
            Thread.currentThread().setContextClassLoader(apps.classLoader());
            return launcher.run(config, registry);
        }
    }

    private void warnOfIgnored(ParseResult parsed) {
        CeleryOnlyOptions.explained(parsed).forEach(this::warn);
        List<String> ignored = CeleryOnlyOptions.given(parsed);
        if (!ignored.isEmpty()) {
            warn(String.join(", ", ignored) + (ignored.size() == 1 ? " has" : " have")
                    + " no meaning for this worker: ignored");
        }
    }

    private void warn(String line) {
        spec.commandLine().getErr().println("sedano worker: warning: " + line);
    }
}
