package dev.sedano.benchmarks.harness;

import dev.sedano.benchmarks.CountFile;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.services.PrivateRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import redis.clients.jedis.Jedis;

/**
 * What every measurement stands on: a broker and a Redis of its own on free ports of 127.0.0.1, and a folder for the file
 * of runs and the contenders' output. Redis keeps nothing on disk, as in the published figures of other workers. One thread
 * uses it.
 */
final class Bench implements AutoCloseable {
    static final String QUEUE = "bench";

    private final Path folder;
    private final PrivateRabbit rabbit = PrivateRabbit.start();
    private final PrivateRedis redis = PrivateRedis.builder().appendOnly(false).start();

    /** @param folder where output is left */
    Bench(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder.toAbsolutePath());
    }

    Path folder() {
        return folder;
    }

    String brokerUrl() {
        return rabbit.url();
    }

    String redisUrl() {
        return redis.url(0);
    }

    Jedis redis() {
        return new Jedis("127.0.0.1", redis.port());
    }

    /** Processor time that the broker and Redis used so far. */
    Cpu cpu(Process worker) {
        return new Cpu(Cpu.of(rabbit.pid()), Cpu.of(redis.pid()), Cpu.of(worker.pid()));
    }

    /** Forgets all earlier runs. */
    void clear() throws IOException {
        try (Jedis redis = redis()) {
            redis.flushAll();
            redis.configSet("notify-keyspace-events", "");
        }
        Files.deleteIfExists(countFile());
        Files.createFile(countFile());
    }

    Path countFile() {
        return folder.resolve("count");
    }

    /** How many runs were counted so far. */
    int runs() throws IOException {
        return (int) (Files.size(countFile()) / CountFile.LINE);
    }

    Process start(Contender contender, Workload workload) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(contender.command())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(contender.label() + ".log").toFile());
        builder.environment().put("BENCH_AMQP", brokerUrl());
        builder.environment().put("BENCH_REDIS", redisUrl());
        builder.environment().put("BENCH_QUEUE", QUEUE);
        builder.environment().put("BENCH_RESULTS", workload.results() ? "1" : "0");
        builder.environment().put("BENCH_CONCURRENCY", Integer.toString(workload.concurrency()));
        builder.environment().put(CountFile.VARIABLE, countFile().toString());
        builder.environment().putAll(contender.environment());
        return builder.start();
    }

    /** Ends a contender, in order if it can within ten seconds. */
    static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, java.util.concurrent.TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    @Override
    public void close() {
        redis.close();
        rabbit.close();
    }
}
