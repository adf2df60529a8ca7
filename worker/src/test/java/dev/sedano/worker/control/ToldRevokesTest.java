package dev.sedano.worker.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.event.LamportClock;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nodes tell each other to be revoked, by {@code hello} and by its reply. */
class ToldRevokesTest {
    private final CeleryJson json = new CeleryJson();
    private final LamportClock lamport = new LamportClock();
    private final RevokedTasks revoked = new RevokedTasks(Duration.ofDays(1), Clock.systemUTC());
    private final List<String> learned = new ArrayList<>();

    private static Map<String, Object> hello(Object revoked) {
        Map<String, Object> hello = new LinkedHashMap<>();
        hello.put("from_node", "other@host");
        hello.put("revoked", revoked);
        return hello;
    }

    private static Object answered(@Nullable Object reply, String key) {
        assertThat(reply).isInstanceOf(Map.class);
        Object value = ((Map<?, ?>) Objects.requireNonNull(reply)).get(key);
        return Objects.requireNonNull(value, key);
    }

    private void replied(ControlAccess access, Object told) {
        new Mingle("w@host", access, lamport, revoked, json, () -> learned.add("learned"))
                .replied(
                        new MessageProperties("application/json", "utf-8", null, null, null, 0, Map.of()),
                        json.encode(Map.of("other@host", told)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"read-only", "add_consumer,revoke_by_stamped_headers,terminate"})
    void whoMayNotRevoke_cannotDoSoByAGreeting_whichIsAnswered(String access) {
        ControlFixture worker = new ControlFixture(ControlAccess.parse("--control", access));
        worker.revoked.add(List.of("ours"));

        for (Object theirs : List.of(List.of("theirs"), Map.of("theirs", 1.5), 7, "theirs")) {
            Object reply = worker.ask("hello", hello(theirs));

            assertThat(answered(reply, "revoked")).isEqualTo(List.of("ours"));
            assertThat(answered(reply, "clock")).isInstanceOf(Number.class);
        }
        assertThat(worker.lamport.value()).isGreaterThan(7);
        assertThat(worker.revoked.ids()).containsExactly("ours");
    }

    @ParameterizedTest
    @ValueSource(strings = {"read-only", "off", "terminate"})
    void whoMayNotRevoke_cannotDoSoByAReplyToOurGreeting_whoseClockCounts(String access) {
        replied(ControlAccess.parse("--control", access), Map.of("revoked", List.of("theirs"), "clock", 500));

        assertThat(revoked.ids()).isEmpty();
        assertThat(learned).isEmpty();
        assertThat(lamport.value()).isEqualTo(501);
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "revoke"})
    void whoMayRevoke_mayTellIt(String text) {
        ControlAccess access = ControlAccess.parse("--control", text);
        ControlFixture worker = new ControlFixture(access);

        assertThat(answered(worker.ask("hello", hello(List.of("a", "b"))), "revoked"))
                .isEqualTo(List.of("a", "b"));
        replied(access, Map.of("revoked", Map.of("c", 1.5), "clock", 500));

        assertThat(revoked.ids()).containsExactly("c");
        assertThat(learned).containsExactly("learned");
    }

    @Test
    void amongIdsThereIsNoPlaceForStamps_norForWhatFillsTheMemory() {
        ControlFixture worker = new ControlFixture(ControlAccess.parse("--control", "revoke"));
        String stamp = RevokedTasks.stamp("tenant", "a");

        assertThat(answered(worker.ask("hello", hello(List.of(stamp, "", "x".repeat(2_000), "fine"))), "revoked"))
                .isEqualTo(List.of("fine"));
        assertThat(worker.ask("revoke", Map.of("task_id", stamp))).asString().contains("NUL");

        assertThat(worker.done).isEmpty();
    }

    private static List<String> uuids(int count, char ofOne) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format("%c%07d-0000-4000-8000-000000000000", ofOne, i))
                .toList();
    }

    @Test
    void asManyAsCeleryKeeps_areTakenInAndToldOn() {
        ControlFixture worker = new ControlFixture(ControlAccess.ALL);
        List<String> all = uuids(RevokedTasks.MOST, 'a');

        assertThat(answered(worker.ask("hello", hello(all)), "revoked")).isEqualTo(all);
        replied(ControlAccess.ALL, Map.of("revoked", all, "clock", 1));

        assertThat(worker.revoked.ids()).isEqualTo(all);
        assertThat(revoked.ids()).isEqualTo(all);
    }

    @Test
    void ofMoreTheNewestCount_andTheGreetingIsAnswered() {
        ControlFixture worker = new ControlFixture(ControlAccess.ALL);
        List<String> many = uuids(RevokedTasks.MOST + 10, 'b');

        assertThat(answered(worker.ask("hello", hello(many)), "clock")).isInstanceOf(Number.class);
        replied(ControlAccess.ALL, Map.of("revoked", many, "clock", 1));

        assertThat(worker.revoked.ids()).isEqualTo(many.subList(10, many.size()));
        assertThat(revoked.ids()).isEqualTo(many.subList(10, many.size()));
    }

    @Test
    void longIds_areToldOnAsFarAsTheOtherSideReads_newestFirst() {
        ControlFixture worker = new ControlFixture(ControlAccess.ALL);
        String tail = "\u0001".repeat(900);
        List<String> longOnes =
                IntStream.range(0, 10_000).mapToObj(i -> i + tail).toList();
        worker.revoked.add(longOnes);

        Object reply = answered(worker.ask("hello", hello(List.of())), "revoked");
        byte[] ours = new Mingle("w@host", ControlAccess.ALL, lamport, worker.revoked, json, () -> {})
                .hello("reply.celery.pidbox", "oid");

        assertThat(reply).asInstanceOf(InstanceOfAssertFactories.LIST).endsWith(longOnes.get(9_999));
        assertThat(ours.length).isBetween(2 << 20, 4 << 20);
    }
}
