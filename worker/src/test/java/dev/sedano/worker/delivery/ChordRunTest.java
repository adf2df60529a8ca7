package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.StoredResults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What follows the last part of a chord in the header of another one. */
class ChordRunTest {
    private static final Map<String, Object> ERRBACK = Map.of("task", "t.report", "args", List.of(), "immutable", true);

    private final CeleryJson json = new CeleryJson();
    /** What the broker takes. */
    private int largestBody = Integer.MAX_VALUE;

    /** Of a chord whose parts are all there. */
    static class Complete implements ChordStore {
        private final byte @Nullable [] savedGroup;
        private final List<byte[]> parts;
        private final Map<String, byte[]> results;
        /** How the chord was ended. */
        final List<String> ends = new ArrayList<>();

        Complete(byte @Nullable [] savedGroup, List<byte[]> parts, Map<String, byte[]> results) {
            this.savedGroup = savedGroup;
            this.parts = parts;
            this.results = results;
        }

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
            ends.add("end");
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> fail(Part part) {
            ends.add("fail");
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
        List<FollowUp> done = new ArrayList<>();
        count(store, part, done, CompletableFuture.completedFuture(true)).join();
        return done;
    }

    /** @param paused completes when the time is over after which a body fails */
    private CompletableFuture<?> count(
            ChordStore store, FollowUp.ChordPart part, List<FollowUp> done, CompletableFuture<Boolean> paused) {
        FollowUps followUps = new FollowUps(json, Clock.systemUTC(), "gen1@test", "celery");
        ChordRun chords = new ChordRun(
                store,
                followUps,
                new ResultEncoder(json, new ExceptionEncoding(), Clock.systemUTC()),
                new StoredResults(json),
                time -> paused);
        return chords.count(
                part,
                each -> {
                    if (each instanceof FollowUp.Send send && send.message().body().length > largestBody) {
                        return CompletableFuture.failedFuture(new UnsendableException("too large"));
                    }
                    done.add(each);
                    return CompletableFuture.completedFuture(true);
                },
                each -> {
                    done.add(each);
                    return CompletableFuture.completedFuture(true);
                });
    }

    @Test
    void aBodyFailsALittleAfterItsHeader_forClientsThatLookAtTheHeaderFirst() {
        byte[] part = failedPart("first");
        Map<String, @Nullable Object> body = Map.of("task", "t.body", "options", Map.of("task_id", "body"));
        List<FollowUp> done = new ArrayList<>();
        CompletableFuture<Boolean> paused = new CompletableFuture<>();

        CompletableFuture<?> counted = count(
                new Complete(null, List.of(part), Map.of()),
                new FollowUp.ChordPart("header", "first", "root", 0, part, body),
                done,
                paused);

        assertThat(done).isEmpty();
        assertThat(counted).isNotDone();
        paused.complete(true);
        assertThat(counted).isCompleted();
        assertThat(done).isNotEmpty();
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

    private static final Map<String, @Nullable Object> BODY =
            Map.of("task", "t.body", "options", Map.of("task_id", "body", "link_error", List.of(ERRBACK)));
    private static final byte[] GOOD = utf8("[1, \"good\", \"SUCCESS\", 5]");
    private static final FollowUp.ChordPart LAST = new FollowUp.ChordPart("header", "good", "root", 1, GOOD, BODY);
    /** A header of a group in a group, with one task. */
    private static final byte[] STRUCTURE = utf8("{\"result\": [[\"header\", null], [[[\"good\", null], null]]]}");

    /** Of 5 MiB of one letter, far more densely packed than any result is believed to be. */
    private static byte[] bomb() {
        byte[] packed = Objects.requireNonNull(Compression.of("gzip"))
                .compress(utf8("[1, \"bomb\", \"SUCCESS\", \"" + "a".repeat(5 << 20) + "\"]"));
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        stored.writeBytes(utf8("\0celery-compressed\0application/x-gzip\0"));
        stored.writeBytes(packed);
        return stored.toByteArray();
    }

    private static void assertBodyFailed(List<FollowUp> done, String error) {
        assertThat(messages(done)).as("its errback is called, the body is not").isEqualTo(1);
        assertThat(done)
                .filteredOn(FollowUp.Store.class::isInstance)
                .singleElement()
                .satisfies(each -> {
                    FollowUp.Store store = (FollowUp.Store) each;
                    assertThat(store.taskId()).isEqualTo("body");
                    assertThat(new String(store.record(), StandardCharsets.UTF_8))
                            .contains("\"status\": \"FAILURE\"", "\"exc_type\": \"ChordError\"", error);
                });
    }

    @Test
    void partThatCannotBeRead_failsTheBody_onceAndForAll() {
        byte[] pickled = {(byte) 0x80, 5, (byte) 0x95, 9, 0, 0, 0};
        for (byte[] part : List.of(pickled, utf8("[1, \"bad\", \"SUCC"), utf8("{}"), utf8("no part"), bomb())) {
            Complete store = new Complete(null, List.of(part, GOOD), Map.of());

            assertBodyFailed(count(store, LAST), "Join error: DecodeError('");

            assertThat(store.ends).containsExactly("fail");
        }
    }

    @Test
    void resultOfAHeaderWithGroupsWithin_thatCannotBeRead_failsTheBody() {
        Complete store = new Complete(STRUCTURE, List.of(GOOD), Map.of("good", bomb()));
        assertBodyFailed(count(store, LAST), "Join error: DecodeError('");
        assertThat(store.ends).containsExactly("fail");

        Complete noStructure = new Complete(utf8("[]"), List.of(GOOD), Map.of());
        assertBodyFailed(count(noStructure, LAST), "Join error: ");
        assertThat(noStructure.ends).containsExactly("fail");
    }

    @Test
    void bodyThatNoBrokerTakes_failsOnceAndForAll() {
        Map<String, @Nullable Object> body = Map.of(
                "task",
                "t.body",
                "options",
                Map.of(
                        "task_id",
                        "body",
                        "headers",
                        Map.of("n", BigInteger.TWO.pow(63)),
                        "link_error",
                        List.of(ERRBACK)));
        Complete store = new Complete(null, List.of(GOOD), Map.of());

        assertBodyFailed(
                count(store, new FollowUp.ChordPart("header", "good", "root", 1, GOOD, body)),
                "Callback error: OperationalError(");

        assertThat(store.ends).containsExactly("fail");
    }

    @Test
    void bodyThatIsLargerThanTheBrokerTakes_failsOnceAndForAll() {
        largestBody = 500;
        byte[] large = utf8("[1, \"good\", \"SUCCESS\", \"" + "x".repeat(500) + "\"]");
        Complete store = new Complete(null, List.of(large), Map.of());

        assertBodyFailed(count(store, LAST), "Callback error: OperationalError('too large')");

        assertThat(store.ends).containsExactly("fail");
    }

    @Test
    void bodyThatIsNoSignature_failsOnceAndForAll() {
        Map<String, Object> step = Map.of("task", "t.step", "options", Map.of());
        for (Map<String, @Nullable Object> body : List.<Map<String, @Nullable Object>>of(
                Map.of("options", Map.of("task_id", "body")),
                Map.of("task", "t.body", "subtask_type", "x", "options", Map.of("task_id", "body")),
                Map.of(
                        "task",
                        "celery.chain",
                        "subtask_type",
                        "chain",
                        "kwargs",
                        Map.of("tasks", List.of(step, Map.of())),
                        "options",
                        Map.of("task_id", "body")),
                Map.of("task", "t.body", "options", Map.of("task_id", "body", "link_error", List.of(Map.of()))))) {
            for (byte[] part : List.of(GOOD, failedPart("good"))) {
                Complete store = new Complete(null, List.of(part), Map.of());

                List<FollowUp> done = count(store, new FollowUp.ChordPart("header", "good", "root", 1, part, body));

                boolean called = done.get(0) instanceof FollowUp.Send;
                assertThat(store.ends).as("%s", body).containsExactly(called ? "end" : "fail");
                if (!called) {
                    assertThat(done).singleElement().isInstanceOfSatisfying(FollowUp.Store.class, told -> {
                        assertThat(told.taskId()).isEqualTo("body");
                        assertThat(new String(told.record(), StandardCharsets.UTF_8))
                                .contains("\"exc_type\": \"ChordError\"");
                    });
                }
            }
        }
    }

    @Test
    void membersOfAGroup_failWithItsBodyIfAnErrbackCannotBeCalled() {
        byte[] part = failedPart("good");
        Map<String, @Nullable Object> body = Map.of(
                "task",
                "celery.group",
                "subtask_type",
                "group",
                "kwargs",
                Map.of(
                        "tasks",
                        List.of(
                                Map.of("task", "t.one", "options", Map.of("task_id", "one")),
                                Map.of(
                                        "task",
                                        "t.two",
                                        "options",
                                        Map.of("task_id", "two", "link_error", List.of(Map.of()))))),
                "options",
                Map.of("task_id", "body"));
        Complete store = new Complete(null, List.of(part), Map.of());

        List<FollowUp> done = count(store, new FollowUp.ChordPart("header", "good", "root", 1, part, body));

        assertThat(done.stream().filter(FollowUp.Store.class::isInstance).map(each -> ((FollowUp.Store) each).taskId()))
                .contains("one", "two");
        assertThat(store.ends).containsExactly("fail");
    }

    @Test
    void storeThatCannotBeReached_isAskedAgain_andNothingIsDone() {
        Complete store = new Complete(STRUCTURE, List.of(GOOD), Map.of()) {
            @Override
            public CompletableFuture<List<byte @Nullable []>> read(List<String> taskIds) {
                return CompletableFuture.failedFuture(new IOException("no answer"));
            }
        };

        assertThatThrownBy(() -> count(store, LAST)).hasCauseInstanceOf(IOException.class);

        assertThat(store.ends).isEmpty();
    }
}
