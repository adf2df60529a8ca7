package dev.sedano.benchmarks.harness;

import java.util.Locale;

/** What is measured. */
enum Workload {
    /** The way of a task and nothing else. */
    W1("bench.add", "2", false, 2, 60_000, "no-op, no result"),
    /** The main one: what a caller who waits for an answer pays. */
    W2("bench.add", "2", true, 2, 60_000, "no-op, result in Redis"),
    /** Handlers that wait for others. */
    W3("bench.sleep", "10", false, 64, 20_000, "10 ms sleep, concurrency 64"),
    /** Larger messages. */
    W4("bench.echo", '"' + "x".repeat(4096) + '"', true, 2, 30_000, "4 KiB echo, result in Redis"),
    /** Latency, start-up and the cost of being idle. */
    W5("bench.add", "2", true, 2, 2_000, "one at a time"),
    /** Handlers that compute. */
    W7("bench.spin", "1", false, 2, 8_000, "1 ms of computing");

    private final String task;
    private final String second;
    private final boolean results;
    private final int concurrency;
    private final int tasks;
    private final String meaning;

    Workload(String task, String second, boolean results, int concurrency, int tasks, String meaning) {
        this.task = task;
        this.second = second;
        this.results = results;
        this.concurrency = concurrency;
        this.tasks = tasks;
        this.meaning = meaning;
    }

    static Workload of(String name) {
        for (Workload each : values()) {
            if (each.name().equals(name.toUpperCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new IllegalArgumentException("workload " + name + " does not exist: W1, W2, W3, W4, W5 or W7");
    }

    String task() {
        return task;
    }

    /** The second argument of every task, in JSON; the first is the task's index. */
    String second() {
        return second;
    }

    boolean results() {
        return results;
    }

    int concurrency() {
        return concurrency;
    }

    /** How many tasks a round takes unless told otherwise. */
    int tasks() {
        return tasks;
    }

    String meaning() {
        return meaning;
    }
}
