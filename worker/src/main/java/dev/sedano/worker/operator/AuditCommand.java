package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano audit}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lists what operators and policies did to keys, newest first. The store keeps 10,000 entries.")
final class AuditCommand extends OperatorCommand {
    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 50.")
    private int limit = 50;

    AuditCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        if (limit < 1) {
            throw new ConfigurationException("--limit", Integer.toString(limit), "is too small: use 1 or more");
        }
        List<AuditLine> lines = store.audit(limit).stream().map(AuditLine::of).toList();
        if (options.json) {
            printJson(lines.stream().map(AuditLine::facts).toList());
            return OperatorExit.OK;
        }
        Table table = new Table("TIME", "WHO", "ACTION", "KEY", "DETAIL");
        lines.forEach(line ->
                table.row(line.shownTime(), line.who(), line.action(), Names.record(line.key()), line.detail()));
        if (table.isEmpty()) {
            tell("nothing was done yet in namespace " + options.namespace(environment));
        } else {
            print(table.toString());
        }
        return OperatorExit.OK;
    }
}
