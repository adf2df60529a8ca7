package dev.sedano.examples.pos;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sedano example pos-sync audit}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Finds and counts orders that were charged more than once, in a provider's statement.",
        footer = {"", "Exit code: 0 = none found, 1 = duplicates found, 70 = the file cannot be read."})
final class AuditCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CSV", description = "A heading, then charge,order,cents per line.")
    private Path csv = Path.of("");

    @Override
    public Integer call() throws Exception {
        List<Audit.Line> lines = Audit.read(csv);
        List<Audit.Finding> findings = Audit.findings(lines);
        findings.forEach(System.out::println);
        long extra = findings.stream().mapToLong(Audit.Finding::extra).sum();
        System.out.println(
                lines.size() + " charges, " + extra + " of them duplicates, in " + findings.size() + " orders");
        return findings.isEmpty() ? 0 : 1;
    }
}
