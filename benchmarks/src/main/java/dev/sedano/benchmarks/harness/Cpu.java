package dev.sedano.benchmarks.harness;

import java.time.Duration;

/** Processor time used since their start by the three parties, in seconds. */
record Cpu(double broker, double redis, double worker) {
    static double of(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    double total() {
        return broker + redis + worker;
    }

    /** What was used since {@code earlier}, for each of {@code tasks}, in milliseconds. */
    Cpu perTask(Cpu earlier, int tasks) {
        return new Cpu(
                (broker - earlier.broker) * 1000 / tasks,
                (redis - earlier.redis) * 1000 / tasks,
                (worker - earlier.worker) * 1000 / tasks);
    }
}
