package dev.sedano.benchmarks.harness;

import dev.sedano.benchmarks.BenchModule;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Something that is measured: a program of this class path in a JVM of its own.
 *
 * @param label its name in tables
 * @param jvmOptions options of its JVM
 * @param arguments its main class and what follows
 * @param environment what it is told besides what every contender is told
 */
record Contender(String label, List<String> jvmOptions, List<String> arguments, Map<String, String> environment) {
    private static final String RULERS = "dev.sedano.benchmarks.rulers.";

    /** Ruler 3, tuned for {@code workload}. */
    static Contender l3(Workload workload) {
        return new Contender(
                "L3",
                List.of(),
                List.of(RULERS + "L3"),
                switch (workload) {
                    case W3 -> Map.of("RULER_CHANNELS", "1", "RULER_POOL", "64", "RULER_BATCH", "256");
                    case W5 -> Map.of("RULER_CHANNELS", "1");
                    case W7 -> Map.of("RULER_BATCH", "16");
                    case W1, W2, W4 -> Map.of();
                });
    }

    /** Ruler 4 with eight threads, or as many as the workload has handlers at once. */
    static Contender l4(Workload workload) {
        int threads = Math.max(8, workload.concurrency());
        return new Contender(
                "L4", List.of(), List.of(RULERS + "L4"), Map.of("BENCH_CONCURRENCY", Integer.toString(threads)));
    }

    /** The worker with its defaults, as {@code sedano worker} starts it. */
    static Contender sedano(Workload workload, Bench bench, List<String> jvmOptions) {
        return new Contender(
                "sedano",
                jvmOptions,
                List.of(
                        "dev.sedano.worker.cli.Main",
                        "worker",
                        "-A",
                        application().toString(),
                        "-b",
                        bench.brokerUrl() + "//",
                        "--result-backend",
                        bench.redisUrl(),
                        "-Q",
                        Bench.QUEUE,
                        "-c",
                        Integer.toString(workload.concurrency()),
                        "--http",
                        "off",
                        "--state-dir",
                        bench.folder().resolve("state").toString()),
                Map.of());
    }

    private static Path application() {
        try {
            return Path.of(BenchModule.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    List<String> command() {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(arguments);
        return command;
    }
}
