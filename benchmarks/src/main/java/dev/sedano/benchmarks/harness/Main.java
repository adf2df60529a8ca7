package dev.sedano.benchmarks.harness;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Measures the worker against the rulers and prints figures and ratios. */
public final class Main {
    private Main() {}

    /** See {@link Options#USAGE}. Exit code 1 if a task was lost or ran twice, 2 for wrong options. */
    public static void main(String[] arguments) throws Exception {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        boolean faultless;
        try (Bench bench = new Bench(options.folder())) {
            faultless = options.workload() == Workload.W5
                    ? latencies(options, bench, System.out)
                    : drains(options, bench, System.out).faultless();
        }
        System.exit(faultless ? 0 : 1);
    }

    private static List<Contender> contenders(Options options, Bench bench) {
        List<Contender> all = new ArrayList<>(List.of(
                Contender.l3(options.workload()), Contender.sedano(options.workload(), bench, options.jvmOptions())));
        if (options.plainRuler()) {
            all.add(Contender.l4(options.workload()));
        }
        return all;
    }

    /** Runs the contenders in turn and prints each run, then the ratios within the rounds. */
    static Rounds drains(Options options, Bench bench, PrintStream out) throws Exception {
        Workload workload = options.workload();
        out.printf("%s: %s, %,d tasks%n", workload, workload.meaning(), options.count());
        out.println(
                "round  contender  start s  tasks/s  CPU ms/task: broker  redis  worker  total  scripts/read  faults");
        Rounds rounds = new Rounds();
        for (int round = 1; round <= options.rounds(); round++) {
            for (Contender contender : contenders(options, bench)) {
                Drain drain = Drain.of(bench, contender, workload, options.count());
                rounds.add(contender.label(), drain);
                out.printf(
                        Locale.ROOT,
                        "%5d  %-9s %8.2f %8.0f %20.3f %6.3f %7.3f %6.3f %13.1f  %s%n",
                        round,
                        contender.label(),
                        drain.startup(),
                        drain.steady(),
                        drain.cpu().broker(),
                        drain.cpu().redis(),
                        drain.cpu().worker(),
                        drain.cpu().total(),
                        drain.scripts(),
                        String.join(", ", drain.faults()));
            }
        }
        for (String label : rounds.others()) {
            out.printf(
                    "%s ÷ L3, median (least–most): rate %s, CPU %s, CPU of the worker alone %s%n",
                    label,
                    rounds.ratio(label, Drain::steady),
                    rounds.ratio(label, drain -> drain.cpu().total()),
                    rounds.ratio(label, drain -> drain.cpu().worker()));
        }
        return rounds;
    }

    private static boolean latencies(Options options, Bench bench, PrintStream out) throws Exception {
        Workload workload = options.workload();
        out.printf("%s: %s, %,d tasks%n", workload, workload.meaning(), options.count());
        out.println("round  contender  start s  p50 ms  p99 ms  idle CPU %  idle MB");
        for (int round = 1; round <= options.rounds(); round++) {
            for (Contender contender : contenders(options, bench)) {
                Latency latency = Latency.of(bench, contender, workload, options.count(), options.idle());
                out.printf(
                        Locale.ROOT,
                        "%5d  %-9s %8.2f %7.2f %7.2f %11.2f %8.0f%n",
                        round,
                        contender.label(),
                        latency.startup(),
                        latency.median(),
                        latency.p99(),
                        latency.idleCpu(),
                        latency.idleMegabytes());
            }
        }
        return true;
    }
}
