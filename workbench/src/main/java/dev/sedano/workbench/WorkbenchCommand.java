package dev.sedano.workbench;

import picocli.CommandLine.Command;

/** The root: only its subcommands do something. */
@Command(
        name = "sedano",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "A Celery-compatible task worker for the JVM that runs each task once.")
final class WorkbenchCommand {}
