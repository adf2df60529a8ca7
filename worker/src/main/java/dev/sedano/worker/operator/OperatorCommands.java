package dev.sedano.worker.operator;

import java.util.Map;
import picocli.CommandLine;

/** The commands for people. */
public final class OperatorCommands {
    private OperatorCommands() {}

    /**
     * Adds {@code keys}, {@code parked}, {@code dead}, {@code explain}, {@code blocked}, {@code store} and {@code audit}.
     *
     * @param environment the environment variables
     */
    public static void addTo(CommandLine commandLine, Map<String, String> environment) {
        commandLine
                .addSubcommand(keys(environment))
                .addSubcommand(SetAsideCommand.group(environment, SetAsideKind.PARKED))
                .addSubcommand(SetAsideCommand.group(environment, SetAsideKind.DEAD))
                .addSubcommand(new ExplainCommand(environment))
                .addSubcommand(blocked(environment))
                .addSubcommand(store(environment))
                .addSubcommand(new AuditCommand(environment));
    }

    private static CommandLine keys(Map<String, String> environment) {
        return group("keys", "Shows and changes what the store knows of idempotency keys.", "keys show KEY")
                .addSubcommand(new KeysShow(environment))
                .addSubcommand(new KeysList(environment))
                .addSubcommand(new KeysRelease(environment))
                .addSubcommand(new KeysComplete(environment));
    }

    private static CommandLine blocked(Map<String, String> environment) {
        return group("blocked", "Deliveries that the fail-safe returned without running them.", "blocked list")
                .addSubcommand(new BlockedList(environment));
    }

    private static CommandLine store(Map<String, String> environment) {
        return group("store", "The health of the store, as the workers see it.", "store status")
                .addSubcommand(new StoreStatusCommand(environment))
                .addSubcommand(new StoreTrust(environment));
    }

    /** @param example what could be meant, after {@code sedano} */
    static CommandLine group(String name, String description, String example) {
        CommandLine group = new CommandLine(new CommandGroup(example));
        group.getCommandSpec()
                .name(name)
                .mixinStandardHelpOptions(true)
                .usageMessage()
                .description(description)
                .synopsisSubcommandLabel("COMMAND");
        return group;
    }
}
