package dev.sedano.worker.cli;

import dev.sedano.worker.settings.CelerySettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Switches of Celery's own worker (celery/bin/worker.py, 5.7) that mean nothing here: taken, ignored, mentioned. */
final class CeleryOnlyOptions {
    private static final List<List<String>> FLAGS = List.of(
            List.of("--without-gossip"),
            List.of("--without-mingle"),
            List.of("--without-heartbeat"),
            List.of("-B", "--beat"),
            List.of("-D", "--detach"),
            List.of("--disable-prefetch"),
            List.of("--purge", "--discard"));
    private static final List<List<String>> WITH_VALUE = List.of(
            List.of("-O", "--optimization"),
            List.of("-s", "--schedule-filename", "--schedule"),
            List.of("--scheduler"),
            List.of("--pidfile"),
            List.of("-f", "--logfile"),
            List.of("--uid"),
            List.of("--gid"),
            List.of("--umask"),
            List.of("--executable"),
            List.of("-S", "--statedb"),
            List.of("--heartbeat-interval"),
            List.of("-I", "--include"));

    /** Those that deserve a reason, which is that of Celery's setting for the same. */
    private static final Map<String, String> EXPLAINED = Map.of(
            "--max-tasks-per-child", "worker_max_tasks_per_child",
            "--max-memory-per-child", "worker_max_memory_per_child");

    private CeleryOnlyOptions() {}

    static void addTo(CommandSpec spec) {
        FLAGS.forEach(names ->
                spec.addOption(option(names).arity("0").type(boolean.class).build()));
        EXPLAINED
                .keySet()
                .forEach(name -> spec.addOption(
                        option(List.of(name)).arity("1").type(String[].class).build()));
        WITH_VALUE.forEach(names ->
                spec.addOption(option(names).arity("1").type(String[].class).build()));
    }

    /** One line about each that was given and deserves a reason. */
    static List<String> explained(ParseResult parsed) {
        return EXPLAINED.entrySet().stream()
                .filter(each -> parsed.hasMatchedOption(each.getKey()))
                .map(each -> each.getKey() + " has no effect: "
                        + Objects.requireNonNull(CelerySettings.answers().get(each.getValue()))
                                .why())
                .sorted()
                .toList();
    }

    /** Those that were given and need no reason, by the name that Celery's help shows last. */
    static List<String> given(ParseResult parsed) {
        return java.util.stream.Stream.concat(FLAGS.stream(), WITH_VALUE.stream())
                .filter(names -> parsed.hasMatchedOption(names.get(0)))
                .map(names -> names.get(names.size() > 1 && names.get(0).length() == 2 ? 1 : 0))
                .toList();
    }

    private static OptionSpec.Builder option(List<String> names) {
        return OptionSpec.builder(names.toArray(String[]::new)).hidden(true);
    }
}
