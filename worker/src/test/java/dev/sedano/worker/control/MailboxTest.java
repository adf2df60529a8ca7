package dev.sedano.worker.control;

import static dev.sedano.worker.control.ControlFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.sedano.worker.LogCapture;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Control messages as Celery's clients send them, and as nobody should. */
class MailboxTest {
    private static final Map<String, Object> PONG = Map.of("ok", "pong");

    @SuppressWarnings("UnusedVariable") // a source of arguments
    private static final List<String> CHANGING = List.copyOf(CommandNames.CHANGING);

    private final ControlFixture worker = new ControlFixture(ControlAccess.ALL);

    @Test
    void aReplyIsAddressed_marked_andStampedWithTheClock() {
        assertThat(worker.ask("ping", Map.of())).isEqualTo(PONG);

        assertThat(worker.replies.get(0).getKey()).isEqualTo("reply.celery.pidbox");
        // The sender's clock of 7: one more for what came, one more for what goes.
        assertThat(worker.replyHeaders.get(0)).containsOnly(Map.entry("ticket", "t-1"), Map.entry("clock", 9));
    }

    @Test
    void whoDoesNotAskForAReply_getsNone_butIsObeyed() {
        Map<String, @Nullable Object> cast = message("heartbeat", Map.of());
        cast.remove("ticket");
        cast.remove("reply_to");

        worker.send(cast);

        assertThat(worker.done).containsExactly("beat");
        assertThat(worker.replies).isEmpty();
    }

    @Test
    void messagesForOthersAreNotObeyed() {
        Map<String, @Nullable Object> other = message("shutdown", Map.of());
        other.put("destination", List.of("other@host"));

        worker.send(other);

        assertThat(worker.done).isEmpty();
    }

    /** The texts of the replies that Python's worker sends, from captured conversations. */
    static Stream<org.junit.jupiter.params.provider.Arguments> conversations() {
        return Stream.of(
                arguments("revoke", Map.of("task_id", "a"), "ok", "tasks {'a'} flagged as revoked"),
                arguments(
                        "revoke",
                        Map.of("task_id", "a", "terminate", true, "signal", "SIGKILL"),
                        "ok",
                        "terminate: tasks unknown"),
                arguments("terminate", Map.of("task_id", List.of("a")), "ok", "terminate: tasks unknown"),
                arguments(
                        "revoke_by_stamped_headers",
                        Map.of("headers", Map.of("tenant", List.of("evil", "bad"))),
                        "ok",
                        "headers {'tenant': ['evil', 'bad']} flagged as revoked, but not terminated"),
                arguments(
                        "revoke_by_stamped_headers",
                        Map.of("headers", List.of("tenant=evil"), "terminate", true),
                        "ok",
                        "headers ['tenant=evil'] were not terminated"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", "10/m"),
                        "ok",
                        "new rate limit set successfully"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", 0),
                        "ok",
                        "rate limit disabled successfully"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", "0"),
                        "ok",
                        "new rate limit set successfully"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", false),
                        "ok",
                        "rate limit disabled successfully"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", " "),
                        "error",
                        "Invalid rate limit string: ValueError(\"could not convert string to float: ' '\")"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", ""),
                        "ok",
                        "rate limit disabled successfully"),
                arguments(
                        "rate_limit",
                        nullable("task_name", "t.a", "rate_limit", null),
                        "ok",
                        "rate limit disabled successfully"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a"),
                        "error",
                        "TypeError(\"rate_limit() missing 1 required positional argument: 'rate_limit'\")"),
                arguments("rate_limit", Map.of("task_name", "none", "rate_limit", "1/s"), "error", "unknown task"),
                arguments(
                        "rate_limit",
                        Map.of("task_name", "t.a", "rate_limit", "ten"),
                        "error",
                        "Invalid rate limit string: ValueError(\"could not convert string to float: 'ten'\")"),
                arguments(
                        "time_limit",
                        Map.of("task_name", "t.a", "hard", 20, "soft", 10),
                        "ok",
                        "time limits set successfully"),
                arguments("pool_grow", Map.of("n", 2), "ok", "pool will grow"),
                arguments("pool_shrink", Map.of("n", 1), "ok", "pool will shrink"),
                arguments("pool_restart", Map.of(), "error", "ValueError('Pool restarts not enabled')"),
                arguments("autoscale", Map.of("max", 4, "min", 1), "error", "ValueError('Autoscale not enabled')"),
                arguments("add_consumer", Map.of("queue", "extra"), "ok", "add consumer extra"),
                arguments("cancel_consumer", Map.of("queue", "never"), "ok", "no longer consuming from never"),
                arguments("enable_events", Map.of(), "ok", "task events enabled"),
                arguments("disable_events", Map.of(), "ok", "task events already disabled"),
                arguments(
                        "enable_events",
                        Map.of("zzz", 1),
                        "error",
                        "TypeError(\"enable_events() got an unexpected keyword argument 'zzz'\")"),
                arguments("ping", Map.of("zzz", 1), "ok", "pong"),
                arguments(
                        "revoke",
                        Map.of(),
                        "error",
                        "TypeError(\"revoke() missing 1 required positional argument: 'task_id'\")"),
                arguments("no_such_command", Map.of(), "error", "KeyError('no_such_command')"));
    }

    private static Map<String, @Nullable Object> nullable(
            String one, Object value, String other, @Nullable Object second) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        given.put(one, value);
        given.put(other, second);
        return given;
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void repliesAreThoseOfPython(String method, Map<String, ?> given, String kind, String text) {
        assertThat(worker.ask(method, given)).isEqualTo(Map.of(kind, text));
    }

    @Test
    void commandsReachTheWorker() {
        worker.ask(
                "add_consumer", Map.of("queue", "q", "exchange", "e", "exchange_type", "topic", "routing_key", "a.#"));
        worker.ask("pool_shrink", Map.of());
        worker.ask("rate_limit", Map.of("task_name", "t.a", "rate_limit", "30/m"));
        worker.ask("time_limit", Map.of("task_name", "t.b", "hard", 20));
        worker.ask("revoke", Map.of("task_id", List.of("x", "y")));

        assertThat(worker.done)
                .containsExactly(
                        "add q e topic a.#",
                        "resize -1",
                        "rate t.a 0.5",
                        "time t.b null 20.0",
                        "keep [x, y]",
                        "release",
                        "tell [x, y]");
        assertThat(worker.ask("revoked", Map.of())).isEqualTo(List.of("x", "y"));
        assertThat(worker.ask("registered", Map.of("taskinfoitems", List.of())))
                .isEqualTo(List.of("t.a [rate_limit=30/m]", "t.b [rate_limit=100/s]"));
        worker.ask("rate_limit", Map.of("task_name", "t.b", "rate_limit", 0));
        assertThat(worker.ask("registered", Map.of())).isEqualTo(List.of("t.a [rate_limit=30/m]", "t.b"));
        worker.ask("rate_limit", Map.of("task_name", "t.a", "rate_limit", "0"));
        assertThat(worker.ask("registered", Map.of())).isEqualTo(List.of("t.a [rate_limit=0]", "t.b"));
    }

    /** As {@code app.control.add_consumer(…, options=…)} mixes them with the rest. */
    @Test
    void aQueueIsAddedWithItsOptions() {
        worker.ask("add_consumer", Map.of("queue", "q", "queue_arguments", Map.of("x-queue-type", "quorum")));
        worker.ask(
                "add_consumer",
                Map.of(
                        "queue",
                        "r",
                        "durable",
                        false,
                        "max_priority",
                        5,
                        "expires",
                        1.5,
                        "message_ttl",
                        0,
                        "max_length",
                        7,
                        "max_length_bytes",
                        8,
                        "binding_key",
                        "b"));
        worker.ask("add_consumer", nullable("queue", "s", "queue_arguments", null));

        assertThat(worker.done)
                .containsExactly(
                        "add q q direct q {x-queue-type=quorum}",
                        "add r r direct b transient {x-expires=1500, x-max-length=7, x-max-length-bytes=8,"
                                + " x-max-priority=5, x-message-ttl=0}",
                        "add s s direct s");
        assertThat(worker.ask("add_consumer", Map.of("queue", "q", "auto_delete", true)))
                .isEqualTo(Map.of(
                        "error", "TypeError(\"add_consumer() got an unexpected keyword argument 'auto_delete'\")"));
    }

    /** GroupResult.revoke sends the ids of all its members in one message, and waits for no reply. */
    @Test
    void aWholeGroupIsRevokedAtOnce_andOfMoreThanAreKept_theLast() {
        List<String> group = IntStream.range(0, 15_000)
                .mapToObj(i -> String.format("%08d-0000-4000-8000-000000000000", i))
                .toList();
        List<String> tooMany = IntStream.range(0, RevokedTasks.MOST + 5)
                .mapToObj(i -> "id-" + i)
                .toList();

        assertThat(worker.ask("revoke", Map.of("task_id", group))).asString().contains("flagged as revoked");
        assertThat(worker.revoked.ids()).isEqualTo(group);

        worker.ask("revoke", Map.of("task_id", tooMany));
        assertThat(worker.revoked.ids()).isEqualTo(tooMany.subList(5, tooMany.size()));
    }

    @Test
    void commandsThatFail_areLoggedWithTheirError_thoughNobodyWaitsForAReply() {
        Map<String, @Nullable Object> cast = message("rate_limit", Map.of("task_name", 7, "rate_limit", "hunter2"));
        cast.remove("reply_to");
        try (LogCapture log = new LogCapture(Mailbox.class)) {
            worker.send(cast);
            worker.ask("autoscale", Map.of("max", 1));
            worker.ask("rate_limit", Map.of("task_name", "none", "rate_limit", "1/s"));
            worker.ask("no_such_command\n", Map.of());
            worker.ask("ping", Map.of());

            assertThat(warnings(log))
                    .containsExactly(
                            "control: rate_limit failed (1 so far): TypeError(\"argument 'task_name' must be a text\")",
                            "control: autoscale failed (2 so far): ValueError('Autoscale not enabled')",
                            "control: rate_limit failed (3 so far): unknown task",
                            "control: no_such_command? failed (4 so far): KeyError('no_such_command?')");
        }
    }

    @Test
    void whoSendsNonsense_doesNotFillTheLog() {
        try (LogCapture log = new LogCapture(Mailbox.class)) {
            for (int i = 0; i < 250; i++) {
                worker.ask("x".repeat(200), Map.of());
            }

            assertThat(warnings(log)).hasSize(101).allMatch(line -> line.length() < 300);
        }
    }

    private static List<String> warnings(LogCapture log) {
        return log.events().stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void queuesAreShownAsTheyAreDefined() {
        List<?> queues = (List<?>) Objects.requireNonNull(worker.ask("active_queues", Map.of()));
        Map<?, ?> plain = (Map<?, ?>) queues.get(0);
        Map<?, ?> defined = (Map<?, ?>) queues.get(1);

        assertThat(plain.get("durable")).isEqualTo(true);
        assertThat(plain.get("queue_arguments")).isNull();
        assertThat(plain.get("max_priority")).isNull();
        assertThat(defined.get("durable")).isEqualTo(false);
        assertThat(defined.get("exchange")).asString().contains("name=feedx", "type=topic", "durable=false");
        assertThat(defined.get("routing_key")).isEqualTo("feeds.#");
        assertThat(defined.get("queue_arguments")).asString().contains("x-max-priority=10", "x-expires=90000");
        assertThat(Stream.of("max_priority", "expires", "message_ttl", "max_length", "max_length_bytes")
                        .map(field -> String.valueOf(defined.get(field))))
                .containsExactly("10", "90.0", "1.5", "7", "null");
    }

    @Test
    void statsTellTheTimeLimitsOfTheSettings_andTheOtherBrokers() {
        Map<?, ?> stats = (Map<?, ?>) Objects.requireNonNull(worker.ask("stats", Map.of()));

        assertThat(((Map<?, ?>) Objects.requireNonNull(stats.get("pool"))).get("timeouts"))
                .asString()
                .isEqualTo("[0, 2.5]");
        assertThat(((Map<?, ?>) Objects.requireNonNull(stats.get("broker"))).get("alternates"))
                .isEqualTo(List.of("amqp://host:5672//", "amqp://other:5672//"));
    }

    @Test
    void withBounds_autoscaleChangesThem_andGrowIsRefused() {
        worker.bounds = new WorkerView.Bounds(1, 8);

        assertThat(worker.ask("autoscale", Map.of("max", 4, "min", 2)))
                .isEqualTo(Map.of("ok", "autoscale now max=4 min=2"));
        assertThat(worker.ask("pool_grow", Map.of("n", 1)))
                .isEqualTo(
                        Map.of("error", "pool_grow is not supported with autoscale. Adjust autoscale range instead."));
    }

    @Test
    void shutdown_isObeyedWithoutAReply() {
        assertThat(worker.ask("shutdown", Map.of())).isEqualTo("no reply");

        assertThat(worker.done).containsExactly("stop");
    }

    @ParameterizedTest
    @FieldSource("CHANGING")
    void readOnly_refusesWhatChanges(String method) {
        ControlFixture readOnly = new ControlFixture(ControlAccess.READ_ONLY);

        assertThat(readOnly.ask(method, Map.of("task_id", "a", "queue", "q")))
                .isEqualTo(Map.of("error", method + " is refused: this worker runs with --control read-only"));
        assertThat(readOnly.done).isEmpty();
        assertThat(readOnly.ask("ping", Map.of())).isEqualTo(PONG);
    }

    @Test
    void anAllowList_allowsOnlyItsCommands() {
        ControlFixture some = new ControlFixture(ControlAccess.parse("--control", "revoke"));

        assertThat(some.ask("revoke", Map.of("task_id", "a"))).asString().contains("flagged");
        assertThat(some.ask("terminate", Map.of("task_id", "a"))).asString().contains("refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "7",
                "\"ping\"",
                "[]",
                "{}",
                "{\"method\": null}",
                "{\"method\": 7}",
                "{\"method\": {\"a\": 1}}",
                "{\"method\": \"ping\", \"arguments\": {}",
                "{\"method\": \"shutdown\", \"destination\": {\"w@host\": 1}, \"pattern\": \"(\", \"matcher\": \"pcre\"}",
                "{\"method\": \"shutdown\", \"pattern\": \"(w*)*(w*)*(w*)*(.*)*x\", \"matcher\": \"pcre\"}",
                "{\"method\": \"shutdown\", \"pattern\": [1], \"matcher\": \"glob\"}",
                "{\"method\": \"shutdown\", \"pattern\": \"*\", \"matcher\": \"shell\"}",
                "{\"method\": \"shutdown\", \"arguments\": [1]}",
                "{\"method\": \"shutdown\", \"arguments\": \"now\"}",
                "\uFEFF{\"method\": \"shutdown\"}"
            })
    void whatIsNoCommand_doesNothing(String body) {
        worker.sendText(body);

        assertThat(worker.done).isEmpty();
        assertThat(worker.replies).isEmpty();
        assertThat(worker.ask("ping", Map.of())).isEqualTo(PONG);
    }

    @Test
    void deepNestingAndOtherContentTypes_doNothing() {
        worker.sendText("[".repeat(100_000));
        worker.sendText("{\"method\": \"shutdown\", \"arguments\": " + "[".repeat(3000) + "]".repeat(3000) + "}");
        byte[] shutdown = worker.json.encode(message("shutdown", Map.of()));
        for (String type : new String[] {"application/x-python-serialize", "application/data", "Application/JSON"}) {
            worker.send(type, Map.of(), shutdown);
        }
        worker.send("application/json", Map.of(), new byte[5 << 20]);

        assertThat(worker.done).isEmpty();
        assertThat(worker.ask("ping", Map.of())).isEqualTo(PONG);
    }

    @Test
    void clocksThatCannotBeTrue_doNotMoveOurs() {
        for (Object clock : Arrays.asList(-1L, Long.MAX_VALUE, 1L << 53, "9", null, Double.POSITIVE_INFINITY)) {
            worker.send(
                    "application/json",
                    Collections.singletonMap("clock", clock),
                    worker.json.encode(message("ping", Map.of())));
        }

        assertThat(worker.lamport.value()).isLessThan(100);
        assertThat(worker.replies).hasSize(6);
    }

    /** Arguments of which nothing may come but an error. */
    static Stream<org.junit.jupiter.params.provider.Arguments> nonsense() {
        String longName = "q".repeat(300);
        return Stream.of(
                arguments("revoke", Map.of("task_id", Map.of("a", 1))),
                arguments("revoke", Map.of("task_id", List.of(List.of("a")))),
                arguments("revoke", Map.of("task_id", "x".repeat(2_000))),
                arguments("revoke", Map.of("task_id", "a", "signal", "SIGBANANA")),
                arguments("revoke_by_stamped_headers", Map.of("headers", 7.5)),
                arguments("revoke_by_stamped_headers", Map.of("headers", List.of("no-equals"))),
                arguments("revoke_by_stamped_headers", Map.of("headers", Map.of("a", Map.of()))),
                arguments(
                        "revoke_by_stamped_headers", Map.of("headers", Map.of("a", Collections.nCopies(20_000, "x")))),
                arguments("rate_limit", Map.of("task_name", "t.a", "rate_limit", "nan")),
                arguments("rate_limit", Map.of("task_name", "t.a", "rate_limit", "inf/s")),
                arguments("rate_limit", Map.of("task_name", "t.a", "rate_limit", "-1")),
                arguments("rate_limit", Map.of("task_name", "t.a", "rate_limit", "1/y")),
                arguments("rate_limit", Map.of("task_name", 7, "rate_limit", "1")),
                arguments("time_limit", Map.of("task_name", "t.a", "soft", -1)),
                arguments("time_limit", Map.of("task_name", "t.a", "hard", "soon")),
                arguments("rate_limit", Map.of("task_name", "t.a", "rate_limit", -1)),
                arguments("rate_limit", Map.of("task_name", "t.a", "rate_limit", 1e300)),
                arguments("time_limit", Map.of("task_name", "t.a", "hard", 1e300)),
                arguments("autoscale", Map.of("max", -1, "min", -2)),
                arguments("autoscale", Map.of("max", 1L << 40)),
                arguments("pool_shrink", Map.of("n", -1)),
                arguments("pool_grow", Map.of("n", -1)),
                arguments("pool_grow", Map.of("n", 1L << 40)),
                arguments("pool_shrink", Map.of("n", "many")),
                arguments("add_consumer", Map.of("queue", longName)),
                arguments("add_consumer", Map.of("queue", "q", "exchange", longName)),
                arguments("add_consumer", Map.of("queue", "q", "exchange_type", "x-delayed-message")),
                arguments("add_consumer", Map.of("queue", List.of("q"))),
                arguments("add_consumer", Map.of("queue", "q", "max_priority", -1)),
                arguments("add_consumer", Map.of("queue", "q", "max_priority", 256)),
                arguments("add_consumer", Map.of("queue", "q", "max_length", 1L << 40)),
                arguments("add_consumer", Map.of("queue", "q", "expires", 0)),
                arguments("add_consumer", Map.of("queue", "q", "message_ttl", -1)),
                arguments("add_consumer", Map.of("queue", "q", "message_ttl", 1e8)),
                arguments("add_consumer", Map.of("queue", "q", "durable", "yes")),
                arguments("add_consumer", Map.of("queue", "q", "queue_arguments", List.of())),
                arguments("add_consumer", Map.of("queue", "q", "queue_arguments", Map.of("x-a", Map.of()))),
                arguments("add_consumer", Map.of("queue", "q", "queue_arguments", Map.of("x-a", longName))),
                arguments("add_consumer", Map.of("queue", "q", "queue_arguments", Map.of(longName, 1))),
                arguments(
                        "add_consumer",
                        Map.of("queue", "q", "durable", false, "queue_arguments", Map.of("x-queue-type", "quorum"))),
                arguments("cancel_consumer", Map.of()),
                arguments("hello", Map.of("from_node", "a@b", "revoked", 7.5)),
                arguments("hello", Map.of("from_node", "a@b", "revoked", List.of(Map.of()))),
                arguments("query_task", Map.of("ids", List.of(List.of()))));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsense_isAnsweredWithAnError(String method, Map<String, ?> given) {
        if (!(worker.ask(method, given) instanceof Map<?, ?> reply) || !reply.containsKey("error")) {
            // One number where a list is expected is one id, as in Python.
            assertThat(method).isEqualTo("hello");
        }
        assertThat(worker.done).isEmpty();
        assertThat(worker.ask("ping", Map.of())).isEqualTo(PONG);
    }

    @ParameterizedTest
    @CsvSource({"'', celery", "celery, celery", "reply.celery, x", "celery.pidbox, x"})
    void repliesGoToMailboxesOnly(String exchange, String routingKey) {
        Map<String, @Nullable Object> message = message("ping", Map.of());
        message.put("reply_to", Map.of("exchange", exchange, "routing_key", routingKey));

        worker.send(message);

        assertThat(worker.replies).isEmpty();
    }

    @Test
    void repliesAreBounded() {
        List<String> many = Collections.nCopies(9_000, "i".repeat(900));
        for (int i = 0; i < 12; i++) {
            String part = "p" + i + "-";
            int[] n = {0};
            worker.revoked.add(many.stream().map(id -> part + n[0]++ + id).toList());
        }

        assertThat(worker.ask("revoked", Map.of())).asString().contains("larger than");
        assertThat(worker.ask("ping", Map.of())).isEqualTo(PONG);
    }
}
