package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.conformance.harness.WorkerSetup;
import dev.sedano.services.PrivateRedis;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker refuses to start with: exit code 2 and a line that names the option and the cure. */
final class StartIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static WorkerSetup worker() {
        return HARNESS.worker(HARNESS.queue());
    }

    @Test
    void refusesWhatItCannotRelyOn() {
        TestStore evicting = HARNESS.own(TestStore.of(PrivateRedis.builder()
                .setting("maxmemory 50mb")
                .setting("maxmemory-policy allkeys-lru")
                .start()));
        Map<WorkerSetup, String[]> refused = new LinkedHashMap<>();
        refused.put(worker().backend("rpc://"), new String[] {"--idempotency-store", "redis://"});
        refused.put(
                worker().backend(evicting.url(0)),
                new String[] {"--idempotency-store", "maxmemory-policy", "allkeys-lru", "noeviction"});
        refused.put(worker().broker("http://127.0.0.1:5672"), new String[] {"--broker", "amqp://"});
        refused.put(worker().backend("mysql://127.0.0.1/results"), new String[] {"--result-backend", "redis://"});
        refused.put(worker().store("redis://127.0.0.1:port/0"), new String[] {"--idempotency-store", "port"});
        refused.put(worker().options("--lease", "soon"), new String[] {"--lease", "soon"});

        Map<WorkerProcess, String[]> started = new LinkedHashMap<>();
        refused.forEach((setup, words) -> started.put(HARNESS.watch(setup.launch()), words));

        started.forEach((process, words) -> {
            assertThat(process.awaitExit(LIMIT)).as(process.log()).isEqualTo(2);
            assertThat(process.log()).contains(words).doesNotContain("\tat ");
        });
    }
}
