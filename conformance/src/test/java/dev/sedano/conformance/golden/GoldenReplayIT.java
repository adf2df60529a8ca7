package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/** Every captured call, sent byte by byte to one worker, ends as it did with Celery's, but for what is listed. */
final class GoldenReplayIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int RESULTS = 5;
    private static final int MARKERS = 6;
    /** Long enough for the slowest call many times over: it is spent only when something differs. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Map<String, Outcome> outcomes;

    static List<String> replayed() {
        return ReplayList.replayed();
    }

    @BeforeAll
    static void sendAllToOneWorker() {
        WorkerProcess worker = HARNESS.start(HARNESS.worker(Replay.QUEUE)
                .backend(TestStore.shared().url(RESULTS))
                .store(TestStore.shared().url(MARKERS))
                .concurrency(8)
                .options("-E"));
        List<GoldenFile> files = replayed().stream().map(GoldenFile::read).toList();
        try (Jedis redis = TestStore.shared().connect(RESULTS);
                Replay replay = new Replay(HARNESS.broker(), redis)) {
            replay.send(files);
            try {
                Awaitility.await()
                        .atMost(LIMIT)
                        .pollInSameThread()
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> replay.isQuiet() && asExpected(files, replay.outcomes()));
            } catch (ConditionTimeoutException e) {
                // The tests say what differs.
            }
            outcomes = replay.outcomes();
            worker.kill9(); // with the calls of far etas that it holds
        }
    }

    private static boolean asExpected(List<GoldenFile> files, Map<String, Outcome> actual) {
        return files.stream().allMatch(file -> differences(file.name(), actual).isEmpty());
    }

    private static List<String> differences(String name, Map<String, Outcome> actual) {
        return ReplayList.differences(name, Objects.requireNonNull(actual.get(name)));
    }

    @ParameterizedTest
    @MethodSource("replayed")
    void endsAsWithCelery(String name) {
        assertThat(differences(name, outcomes)).as(name).isEmpty();
    }
}
