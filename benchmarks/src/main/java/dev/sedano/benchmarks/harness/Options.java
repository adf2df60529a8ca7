package dev.sedano.benchmarks.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to measure and how often.
 *
 * @param rounds how often every contender runs, taking turns
 * @param tasks tasks per run, 0 = the workload's own number
 * @param plainRuler whether ruler 4 runs too
 * @param idle how long the idle worker is watched, W5 only
 * @param jvmOptions options for the JVM of the worker
 * @param folder where logs are left
 */
record Options(
        Workload workload,
        int rounds,
        int tasks,
        boolean plainRuler,
        Duration idle,
        List<String> jvmOptions,
        Path folder) {
    static final String USAGE = """
            benchmarks/run.sh W1|W2|W3|W4|W5|W7 [--rounds N] [--tasks N] [--l4] [--idle SECONDS] [--jvm OPTION]... [--out DIR]
              --rounds N      how often worker and ruler take turns. Default: 3
              --tasks N       tasks per run. Default: 2,000 to 60,000, by workload
              --l4            measure the plain ruler too
              --idle SECONDS  how long the idle worker is watched (W5). Default: 30
              --jvm OPTION    an option for the worker's JVM, e.g. -XX:+UseSerialGC
              --out DIR       where the logs go. Default: benchmarks/target/bench""";

    int count() {
        return tasks > 0 ? tasks : workload.tasks();
    }

    static Options parse(String[] arguments) {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("say which workload to measure");
        }
        Options options = new Options(
                Workload.of(arguments[0]), 3, 0, false, Duration.ofSeconds(30), List.of(), Path.of("target", "bench"));
        for (int i = 1; i < arguments.length; i++) {
            String name = arguments[i];
            if (name.equals("--l4")) {
                options = options.with(name, "");
            } else if (++i == arguments.length) {
                throw new IllegalArgumentException(name + " needs a value");
            } else {
                options = options.with(name, arguments[i]);
            }
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--rounds" ->
                new Options(workload, positive(name, value), tasks, plainRuler, idle, jvmOptions, folder);
            case "--tasks" ->
                new Options(workload, rounds, positive(name, value), plainRuler, idle, jvmOptions, folder);
            case "--l4" -> new Options(workload, rounds, tasks, true, idle, jvmOptions, folder);
            case "--idle" ->
                new Options(
                        workload,
                        rounds,
                        tasks,
                        plainRuler,
                        Duration.ofSeconds(positive(name, value)),
                        jvmOptions,
                        folder);
            case "--jvm" -> new Options(workload, rounds, tasks, plainRuler, idle, plus(jvmOptions, value), folder);
            case "--out" -> new Options(workload, rounds, tasks, plainRuler, idle, jvmOptions, Path.of(value));
            default -> throw new IllegalArgumentException("option " + name + " does not exist");
        };
    }

    private static List<String> plus(List<String> list, String item) {
        return java.util.stream.Stream.concat(list.stream(), java.util.stream.Stream.of(item))
                .toList();
    }

    private static int positive(String name, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " " + value + " is no number", e);
        }
        throw new IllegalArgumentException(name + " " + value + " is less than 1");
    }
}
