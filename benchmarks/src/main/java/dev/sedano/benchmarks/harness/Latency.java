package dev.sedano.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;

/**
 * One task after the other, from publishing to the announcement of its result; then a while of nothing.
 *
 * @param startup seconds from the start of the process to the first result
 * @param median half of the tasks are faster, in milliseconds
 * @param p99 99 of 100 tasks are faster, in milliseconds
 * @param idleCpu processor time of the idle worker, in percent of one core
 * @param idleMegabytes proportional set size of the idle worker; NaN where the system does not tell
 */
record Latency(double startup, double median, double p99, double idleCpu, double idleMegabytes) {
    private static final int WARM_UP = 300;
    private static final Duration BETWEEN = Duration.ofMillis(1);
    private static final Duration SETTLE = Duration.ofSeconds(5);

    static Latency of(Bench bench, Contender contender, Workload workload, int tasks, Duration idle) throws Exception {
        bench.clear();
        Semaphore results = new Semaphore(0);
        JedisPubSub listener = new JedisPubSub() {
            @Override
            public void onPMessage(String pattern, String channel, String message) {
                results.release();
            }
        };
        String idPrefix = String.format("%08x-0000-4000-8000-", System.nanoTime() & 0xffffffffL);
        try (TaskPublisher publisher = new TaskPublisher(bench.brokerUrl(), Bench.QUEUE, workload, idPrefix);
                Jedis redis = bench.redis()) {
            Thread thread = new Thread(() -> redis.psubscribe(listener, "celery-task-meta-*"), "results");
            thread.start();
            long begin = System.nanoTime();
            Process worker = bench.start(contender, workload);
            try {
                publisher.publish(0);
                await(results, Duration.ofSeconds(60));
                double startup = (System.nanoTime() - begin) / 1e9;
                double[] millis = new double[tasks];
                for (int index = 1; index <= WARM_UP + tasks; index++) {
                    long sent = System.nanoTime();
                    publisher.publish(index);
                    await(results, Duration.ofSeconds(10));
                    if (index > WARM_UP) {
                        millis[index - WARM_UP - 1] = (System.nanoTime() - sent) / 1e6;
                    }
                    Bench.pause(BETWEEN);
                }
                Arrays.sort(millis);
                Bench.pause(SETTLE);
                double before = Cpu.of(worker.pid());
                long idleSince = System.nanoTime();
                Bench.pause(idle);
                double idleCpu = (Cpu.of(worker.pid()) - before) / ((System.nanoTime() - idleSince) / 1e9) * 100;
                return new Latency(
                        startup, millis[tasks / 2], millis[tasks * 99 / 100], idleCpu, megabytes(worker.pid()));
            } finally {
                Bench.stop(worker);
                listener.punsubscribe();
                thread.join();
            }
        }
    }

    private static void await(Semaphore results, Duration limit) throws InterruptedException {
        if (!results.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("no result within " + limit.toSeconds() + " s");
        }
    }

    private static double megabytes(long pid) throws IOException {
        Path memory = Path.of("/proc/" + pid + "/smaps_rollup");
        if (!Files.isReadable(memory)) {
            return Double.NaN;
        }
        return Files.readAllLines(memory).stream()
                        .filter(line -> line.startsWith("Pss:"))
                        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                        .sum()
                / 1024;
    }
}
