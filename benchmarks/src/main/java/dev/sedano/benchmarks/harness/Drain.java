package dev.sedano.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/**
 * Publishes all tasks, starts the contender, and watches the file of runs until it has them all.
 *
 * @param startup seconds from the start of the process to the first run
 * @param steady runs per second after the first 30 %, when the JVM is warm
 * @param cpu milliseconds of processor time per task, from the first run to the last
 * @param scripts scripts per read of Redis: how much is sent together
 * @param faults what went wrong, empty if every task ran once and left its result
 */
record Drain(double startup, double steady, Cpu cpu, double scripts, List<String> faults) {
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final long FIRST_RUN_NANOS = Duration.ofSeconds(45).toNanos();
    private static final long STALL_NANOS = Duration.ofSeconds(15).toNanos();
    private static final double WARM_UP = 0.3;

    private record Mark(long at, int runs) {}

    static Drain of(Bench bench, Contender contender, Workload workload, int tasks) throws Exception {
        bench.clear();
        String idPrefix = String.format("%08x-0000-4000-8000-", System.nanoTime() & 0xffffffffL);
        try (TaskPublisher publisher = new TaskPublisher(bench.brokerUrl(), Bench.QUEUE, workload, idPrefix);
                Jedis redis = bench.redis()) {
            publisher.publishAll(tasks);
            redis.configResetStat();
            Process worker = bench.start(contender, workload);
            try {
                return watch(bench, worker, publisher, workload, tasks, redis);
            } finally {
                Bench.stop(worker);
            }
        }
    }

    private static Drain watch(
            Bench bench, Process worker, TaskPublisher publisher, Workload workload, int tasks, Jedis redis)
            throws Exception {
        long begin = System.nanoTime();
        List<Mark> marks = new ArrayList<>();
        Cpu cpuAtFirst = null;
        long lastChange = begin;
        int runs = 0;
        while (runs < tasks) {
            long now = System.nanoTime();
            int seen = bench.runs();
            if (seen > runs) {
                lastChange = now;
                cpuAtFirst = cpuAtFirst == null ? bench.cpu(worker) : cpuAtFirst;
                marks.add(new Mark(now, seen));
            }
            runs = seen;
            if (now - lastChange > (runs == 0 ? FIRST_RUN_NANOS : STALL_NANOS) || !worker.isAlive()) {
                break;
            }
            Bench.pause(LOOK);
        }
        Cpu cpuAtLast = bench.cpu(worker);
        if (cpuAtFirst == null || marks.size() < 2) {
            throw new IllegalStateException("no task ran, or too few to measure; see the log in " + bench.folder());
        }
        Mark first = marks.get(0);
        Mark last = marks.get(marks.size() - 1);
        return new Drain(
                (first.at - begin) / 1e9,
                steady(marks, first, last),
                cpuAtLast.perTask(cpuAtFirst, last.runs - first.runs),
                scriptsPerRead(redis),
                faults(bench, worker, publisher, workload, tasks, redis));
    }

    private static double steady(List<Mark> marks, Mark first, Mark last) {
        long from = first.at + (long) (WARM_UP * (last.at - first.at));
        Mark warm = marks.stream().filter(mark -> mark.at >= from).findFirst().orElse(first);
        if (warm.at == last.at) {
            warm = first;
        }
        return (last.runs - warm.runs) * 1e9 / (last.at - warm.at);
    }

    private static double scriptsPerRead(Jedis redis) {
        double scripts = number(redis.info("commandstats"), "cmdstat_evalsha:calls=(\\d+)");
        return scripts / Math.max(1, number(redis.info("stats"), "total_reads_processed:(\\d+)"));
    }

    private static double number(String info, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(info);
        return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
    }

    private static List<String> faults(
            Bench bench, Process worker, TaskPublisher publisher, Workload workload, int tasks, Jedis redis)
            throws Exception {
        List<String> faults = new ArrayList<>();
        if (!worker.isAlive()) {
            faults.add("ended by itself");
        }
        int lost = workload.results() ? missingResults(publisher, tasks, redis) : 0;
        if (lost > 0) {
            faults.add(lost + " results missing");
        }
        // What waits for its ack goes back to the queue when the worker ends; in order, it ends after its acks.
        Bench.stop(worker);
        long left = publisher.waiting();
        if (left > 0) {
            faults.add(left + " messages left");
        }
        faults.addAll(countFaults(bench, tasks));
        return List.copyOf(faults);
    }

    private static List<String> countFaults(Bench bench, int tasks) throws IOException {
        List<String> runs = Files.readAllLines(bench.countFile());
        Set<String> distinct = new HashSet<>(runs);
        List<String> faults = new ArrayList<>();
        if (runs.size() > distinct.size()) {
            faults.add((runs.size() - distinct.size()) + " tasks ran again");
        }
        if (distinct.size() < tasks) {
            faults.add((tasks - distinct.size()) + " tasks did not run");
        }
        return faults;
    }

    private static int missingResults(TaskPublisher publisher, int tasks, Jedis redis) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (true) {
            int missing = tasks;
            for (int from = 0; from < tasks; from += 1_000) {
                String[] keys = new String[Math.min(1_000, tasks - from)];
                for (int i = 0; i < keys.length; i++) {
                    keys[i] = "celery-task-meta-" + publisher.id(from + i);
                }
                missing -= (int) redis.exists(keys);
            }
            if (missing == 0 || System.nanoTime() > until) {
                return missing;
            }
            Bench.pause(LOOK);
        }
    }
}
