package dev.sedano.worker.cli;

import dev.sedano.worker.runtime.ScriptFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sedano scripts}: hands out the store's scripts. */
@Command(
        name = "scripts",
        mixinStandardHelpOptions = true,
        description =
                "Writes the Lua scripts of the idempotency store, which examples/python/sedano_idempotent.py needs.")
final class ScriptsCommand implements Callable<Integer> {
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write to; made if it is missing.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private Path out;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Override
    public Integer call() {
        ScriptFolder.write(out).forEach(file -> spec.commandLine().getOut().println(file));
        return ExitCode.OK;
    }
}
