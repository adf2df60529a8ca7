package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Replays the calls that were captured without a worker to Celery's own worker and writes what becomes of them to {@code
 * target/task-outcomes.json}, the origin of {@code golden/task-outcomes.json}. By command, see CONTRIBUTING.md.
 * Its name keeps it out of the tests of a build.
 */
final class ReferenceReplayRun {
    private static final int RESULTS = 7;
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Test
    void celerysOwnWorkerEndsThemAsTold() throws IOException {
        TestBroker broker = TestBroker.shared();
        Replay.declare(broker);
        List<GoldenFile> files = ReplayList.replayed().stream()
                .filter(name -> name.startsWith("task/"))
                .map(GoldenFile::read)
                .toList();
        Map<String, List<String>> told = new TreeMap<>();
        Map<String, Outcome> outcomes;
        try (Jedis redis = TestStore.shared().connect(RESULTS);
                Replay replay = new Replay(broker, redis);
                ReferenceWorker worker =
                        ReferenceWorker.start(broker.url(), TestStore.shared().url(RESULTS))) {
            replay.send(files);
            Awaitility.await("calls that change no more")
                    .during(QUIET)
                    .atMost(LIMIT)
                    .until(replay::outcomes, new Unchanged<>());
            assertThat(worker.process().isAlive()).isTrue();
            outcomes = replay.outcomes();
            outcomes.forEach((name, outcome) -> told.put(name, outcome.lines()));
            // Before the cleanup, which may fail on a busy machine.
            Files.writeString(
                    Path.of("target/task-outcomes.json"),
                    JsonMapper.builder()
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .build()
                                    .writeValueAsString(told)
                            + "\n");
        }

        outcomes.forEach((name, outcome) -> {
            assertThat(outcome.notIn(ReplayList.expected(name)))
                    .as("new in " + name)
                    .isEmpty();
            assertThat(ReplayList.expected(name).notIn(outcome))
                    .as("gone from " + name)
                    .isEmpty();
        });
    }

    /** Whether a value is the one that was seen before. */
    private static final class Unchanged<T> extends org.hamcrest.BaseMatcher<T> {
        private Object before = Map.of();

        @Override
        public boolean matches(Object now) {
            boolean same = Objects.equals(before, now);
            before = now;
            return same;
        }

        @Override
        public void describeTo(org.hamcrest.Description description) {
            description.appendText("the same as before");
        }
    }
}
