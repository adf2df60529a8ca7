package dev.sedano.examples.pos;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sedano example pos-sync audit}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Finds and counts orders that were charged more than once, in a provider's statement.",
        footer = {"", "Exit code: 0 = none found, 1 = duplicates found, 2 = the file is missing or no statement."})
final class AuditCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CSV", description = "A heading, then charge,order,cents per line.")
    private Path csv = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        List<Audit.Line> lines = lines();
        List<Audit.Finding> findings = Audit.findings(lines);
        findings.forEach(System.out::println);
        long extra = findings.stream().mapToLong(Audit.Finding::extra).sum();
        System.out.println(
                lines.size() + " charges, " + extra + " of them duplicates, in " + findings.size() + " orders");
        return findings.isEmpty() ? 0 : 1;
    }

    private List<Audit.Line> lines() {
        try {
            return Audit.read(csv);
        } catch (NoSuchFileException missing) {
            throw new ParameterException(spec.commandLine(), csv + " does not exist: give a provider's statement");
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
