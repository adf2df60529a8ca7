package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/**
 * Every captured call, sent byte by byte to a worker, ends as it did with Celery's, but for what is listed. One worker takes
 * them all, except those of which the list says that Celery's worker had other settings.
 */
final class GoldenReplayIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int RESULTS = 5;
    private static final int MARKERS = 6;
    /** Long enough for the slowest call many times over: it is spent only when something differs. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Map<String, Outcome> OUTCOMES = new HashMap<>();

    static List<String> replayed() {
        return ReplayList.replayed();
    }

    @BeforeAll
    static void sendAll() {
        OUTCOMES.clear(); // the class may be run once more
        replayed().stream()
                .collect(Collectors.groupingBy(ReplayList::settings))
                .forEach((settings, names) -> OUTCOMES.putAll(replay(settings, names)));
    }

    private static Map<String, Outcome> replay(List<String> settings, List<String> names) {
        WorkerProcess worker = HARNESS.start(HARNESS.worker(Replay.QUEUE)
                .backend(TestStore.shared().url(RESULTS))
                .store(TestStore.shared().url(MARKERS))
                .node(GoldenFile.NODE)
                .concurrency(8)
                .options("-E")
                .options(settings.toArray(String[]::new)));
        List<GoldenFile> files = names.stream().map(GoldenFile::read).toList();
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
            Map<String, Outcome> outcomes = replay.outcomes();
            worker.kill9(); // with the calls of far etas that it holds
            return outcomes;
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
        assertThat(differences(name, OUTCOMES)).as(name).isEmpty();
    }
}
