package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.StoredResults;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What follows the last part of a chord in the header of another one. */
class ChordRunTest {
    private static final Map<String, Object> ERRBACK = Map.of("task", "t.report", "args", List.of(), "immutable", true);

    private final CeleryJson json = new CeleryJson();

    /** Of a chord whose parts are all there. */
    private record Complete(byte @Nullable [] savedGroup, List<byte[]> parts, Map<String, byte[]> results)
            implements ChordStore {
        @Override
        public CompletableFuture<Counted> count(Part part) {
            return CompletableFuture.completedFuture(new Counted.Complete(savedGroup, parts));
        }

        @Override
        public CompletableFuture<List<byte @Nullable []>> read(List<String> taskIds) {
            return CompletableFuture.completedFuture(
                    Arrays.asList(taskIds.stream().map(results::get).toArray(byte[][]::new)));
        }

        @Override
        public CompletableFuture<Boolean> begin(String group, int size, byte @Nullable [] structure) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> add(String group, String taskId, int more) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> end(Part part) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> fail(Part part) {
            return CompletableFuture.completedFuture(true);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] failedPart(String id) {
        return utf8(
                "[1, \"" + id
                        + "\", \"FAILURE\", {\"exc_type\": \"ValueError\", \"exc_message\": [\"no\"], \"exc_module\": \"builtins\"}]");
    }

    private List<FollowUp> count(ChordStore store, FollowUp.ChordPart part) {
        FollowUps followUps = new FollowUps(json, Clock.systemUTC(), "gen1@test", "celery");
        ChordRun chords = new ChordRun(
                store,
                followUps,
                new ResultEncoder(json, new ExceptionEncoding(), Clock.systemUTC()),
                new StoredResults(json));
        List<FollowUp> done = new ArrayList<>();
        chords.count(part, each -> {
                    done.add(each);
                    return CompletableFuture.completedFuture(true);
                })
                .join();
        return done;
    }

    /** The failure of the inner chord, as it is told to the outer one. */
    private FollowUp.ChordPart innerFails(List<FollowUp> done) {
        Map<String, @Nullable Object> outer =
                Map.of("task", "t.outer", "options", Map.of("task_id", "outer", "link_error", List.of(ERRBACK)));
        Map<String, @Nullable Object> inner = Map.of(
                "task",
                "t.inner",
                "options",
                Map.of("task_id", "inner", "group_id", "outer-header", "chord", outer, "link_error", List.of(ERRBACK)));
        byte[] part = failedPart("first");
        done.addAll(count(
                new Complete(null, List.of(part), Map.of()),
                new FollowUp.ChordPart("inner-header", "first", "root", 0, part, inner)));
        return done.stream()
                .filter(FollowUp.ChordPart.class::isInstance)
                .map(FollowUp.ChordPart.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static long messages(List<FollowUp> all) {
        return all.stream().filter(FollowUp.Send.class::isInstance).count();
    }

    @Test
    void errbackThatKnowsOfAnInnerChordsFailure_isNotCalledAgain() {
        List<FollowUp> ofInner = new ArrayList<>();
        FollowUp.ChordPart told = innerFails(ofInner);

        List<FollowUp> ofOuter = count(new Complete(null, List.of(told.value()), Map.of()), told);

        assertThat(messages(ofInner)).isEqualTo(1);
        assertThat(ofOuter).singleElement().isInstanceOfSatisfying(FollowUp.Store.class, store -> {
            assertThat(store.taskId()).isEqualTo("outer");
            assertThat(new String(store.record(), StandardCharsets.UTF_8))
                    .contains("ChordError")
                    .doesNotContain("sedano_told");
        });
    }

    @Test
    void errbackThatKnows_isNotCalledAgainIfTheHeaderHasGroupsWithin() {
        List<FollowUp> ofInner = new ArrayList<>();
        FollowUp.ChordPart told = innerFails(ofInner);
        byte[] structure = utf8("{\"result\": [[\"outer-header\", null], [[[\"inner\", null], null]]]}");
        byte[] record = ofInner.stream()
                .filter(FollowUp.Store.class::isInstance)
                .map(each -> ((FollowUp.Store) each).record())
                .findFirst()
                .orElseThrow();

        List<FollowUp> ofOuter = count(new Complete(structure, List.of(told.value()), Map.of("inner", record)), told);

        assertThat(messages(ofOuter)).isZero();
        assertThat(new String(record, StandardCharsets.UTF_8)).doesNotContain("sedano_told");
    }

    @Test
    void errbackOfAChordWhoseTaskFails_isCalled() {
        FollowUp.ChordPart told = innerFails(new ArrayList<>());
        byte[] other = failedPart("other");

        assertThat(messages(count(new Complete(null, List.of(other, told.value()), Map.of()), told)))
                .isEqualTo(1);
    }
}
