package dev.sedano.client;

import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.client.SendOptions;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The calls behind the golden files ({@code how_produced}), as a Java caller writes them. */
record GoldenCalls(Canvas canvas, SendOptions options) {
    private static final OffsetDateTime SOON = OffsetDateTime.of(2034, 5, 6, 7, 8, 9, 123_456_000, ZoneOffset.UTC);

    static Map<String, GoldenCalls> all() {
        Map<String, GoldenCalls> all = new LinkedHashMap<>();
        all.put("basic", of(Signature.of("proj.add", 2, 3), id(1)));
        all.put(
                "basic_kwargs",
                of(
                        Signature.of("proj.echo")
                                .with("a", 1)
                                .with("b", "two")
                                .with("c", null)
                                .with("d", true)
                                .with("e", 1.5),
                        id(2)));
        options(all);
        times(all);
        values(all);
        links(all);
        canvases(all);
        serialized(all);
        return all;
    }

    private static void options(Map<String, GoldenCalls> all) {
        all.put("correlation_id_override", of(add(), id(27).with("correlation_id", "corr-9")));
        all.put(
                "custom_header_overrides_field",
                of(add(), id(16).header("shadow", "from-headers").header("retries", 4)));
        all.put(
                "custom_headers",
                of(
                        add(),
                        id(14).header("tenant", "acme")
                                .header("n", 7)
                                .header("flag", true)
                                .header("nothing", null)
                                .header("f", 1.25)
                                .header("l", Arrays.asList(1, "a", null))
                                .header("m", Map.of("k", "v"))));
        all.put(
                "exchange_routing_key",
                of(add(), SendOptions.exchange("celery", "celery").taskId(t(41))));
        all.put("explicit_reply_to", of(add(), id(8).with("reply_to", "my-replies")));
        all.put("ignore_result_task_attr", of(Signature.of("proj.ignored_result"), id(10).ignoreResult()));
        all.put("no_result_backend", of(add(), id(5)));
        all.put("priority_0", of(add(), id(30).priority(0)));
        all.put("priority_9", of(add(), id(39).priority(9)));
        all.put("priority_255", of(add(), id(285).priority(255)));
        all.put("retries_preset", of(add(), id(20).with("retries", 2)));
        all.put("root_parent_ids", of(add(), id(13).with("root_id", t(900)).with("parent_id", t(901))));
        all.put(
                "route_topic",
                of(
                        Signature.of("proj.topic_thing", 1),
                        SendOptions.exchange("biz", "biz.orders").taskId(t(42))));
        all.put("send_task_by_name", of(Signature.of("proj.unknown", 1).with("x", 2), id(4)));
        all.put("shadow", of(add(), id(12).with("shadow", "pretty name ☃")));
        all.put("stamped_list", of(add(), id(231).stamp("tenant", "acme").stamp("tags", List.of("a", "b"))));
        all.put("time_limits", of(add(), id(17).timeLimits(Duration.ofSeconds(30), Duration.ofSeconds(20))));
        all.put("transient", of(add(), id(24).with("delivery_mode", "transient")));
        all.put("transient_int", of(add(), id(25).with("delivery_mode", 1)));
    }

    private static void times(Map<String, GoldenCalls> all) {
        all.put("countdown", of(add(), id(58).countdown(Duration.ofHours(1))));
        all.put("countdown_fraction", of(add(), id(59).countdown(Duration.ofMillis(250))));
        all.put("eta_past", of(add(), id(56).eta(OffsetDateTime.of(2001, 2, 3, 0, 0, 0, 0, ZoneOffset.UTC))));
        all.put("eta_utc", of(add(), id(50).eta(SOON)));
        all.put("eta_zulu_string", of(add(), id(57).with("eta", "2034-05-06T07:08:09Z")));
        all.put(
                "expires_datetime",
                of(add(), id(62).expires(OffsetDateTime.of(2034, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC))));
        all.put("expires_past", of(add(), id(64).expires(OffsetDateTime.of(2001, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC))));
        all.put("expires_seconds", of(add(), id(61).expires(Duration.ofMinutes(2))));
        all.put(
                "expires_and_eta",
                of(
                        add(),
                        id(65).eta(OffsetDateTime.of(2034, 5, 6, 0, 0, 0, 0, ZoneOffset.UTC))
                                .expires(OffsetDateTime.of(2034, 5, 7, 0, 0, 0, 0, ZoneOffset.ofHours(-4)))));
    }

    private static void values(Map<String, GoldenCalls> all) {
        all.put("floats", of(Signature.of("proj.echo", 0.1, 1e308, 4.9e-324, -0.0, 1.0, 1e22), id(73)));
        all.put(
                "nan_inf",
                of(Signature.of("proj.echo", Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY), id(74)));
        all.put(
                "special_types",
                of(
                        Signature.of(
                                "proj.echo",
                                OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 678_000, ZoneOffset.UTC),
                                LocalDateTime.of(2024, 1, 2, 0, 0),
                                LocalDate.of(2024, 2, 29),
                                LocalTime.of(1, 2, 3, 4_000),
                                new BigDecimal("1.10"),
                                new UUID(0, 5)),
                        id(78)));
        all.put(
                "special_datetime_offset",
                of(
                        Signature.of(
                                "proj.echo",
                                OffsetDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneOffset.ofHoursMinutes(5, 45)),
                                OffsetTime.of(1, 2, 0, 0, ZoneOffset.UTC)),
                        id(80)));
        all.put("tuple_in_args", of(Signature.of("proj.echo", List.of(1, 2), List.of(3, List.of(4))), id(76)));
        Map<String, Object> unicode = new LinkedHashMap<>();
        unicode.put("ключ", "値");
        unicode.put("emoji", "👩‍👩‍👧");
        all.put(
                "unicode",
                of(
                        new Signature(
                                "proj.echo",
                                List.of("naïve ☃ 𝒳 \u0000 \u2028", "日本語"),
                                new LinkedHashMap<String, @Nullable Object>(unicode),
                                Map.of(),
                                false),
                        id(70)));
    }

    private static void links(Map<String, GoldenCalls> all) {
        Signature fail = Signature.of("proj.fail", "x");
        Signature errbackNew = Signature.of("proj.errback_new");
        all.put("link_one", of(add(), id(200).link(id(201).on(Signature.of("proj.mul", 3)))));
        all.put(
                "immutable_sig",
                of(
                        add().asImmutable(),
                        id(207).link(Signature.of("proj.mul", 7, 8).asImmutable())));
        all.put("link_chain", of(add(), id(206).link(Canvas.chain(mul(2), mul(3)))));
        all.put("link_error_one", of(fail, id(203).linkError(errbackNew)));
        all.put(
                "link_error_many",
                of(
                        fail,
                        id(204).linkError(Signature.of("proj.errback_old"))
                                .linkError(errbackNew)
                                .linkError(Signature.of("proj.remote_errback", "pre"))));
    }

    private static void canvases(Map<String, GoldenCalls> all) {
        Canvas.Group pairs = Canvas.group(Signature.of("proj.add", 1, 1), Signature.of("proj.add", 2, 2));
        Signature total = Signature.of("proj.tsum");
        Signature noop = Signature.of("proj.noop");
        Signature errbackNew = Signature.of("proj.errback_new");
        all.put("chain2", of(Canvas.chain(add(), mul(10)), id(210)));
        all.put("chain_group_tail", of(Canvas.chain(add(), Canvas.group(mul(2), mul(3)))));
        all.put("chain_link_error", of(Canvas.chain(add(), mul(10)).onError(errbackNew)));
        all.put("chain_with_link", of(Canvas.chain(add(), mul(10)), SendOptions.NONE.link(noop)));
        all.put("chain_of_chords", of(Canvas.chain(Canvas.chord(pairs, total), mul(2))));
        all.put("group2", of(Canvas.group(add(), Signature.of("proj.add", 3, 4))));
        all.put("group_of_one", of(Canvas.group(add())));
        all.put(
                "group_of_chains",
                of(Canvas.group(Canvas.chain(add(), mul(3)), Canvas.chain(Signature.of("proj.add", 4, 5), mul(6)))));
        all.put("chord2", of(Canvas.chord(pairs, id(220).on(total))));
        all.put("chord_single_header", of(Canvas.chord(Canvas.group(Signature.of("proj.add", 1, 1)), total)));
        all.put("chord_body_chain", of(Canvas.chord(pairs, Canvas.chain(total, mul(2)))));
        all.put("chord_body_group", of(Canvas.chord(pairs, Canvas.group(total, noop))));
        all.put(
                "chord_body_immutable",
                of(Canvas.chord(pairs, Signature.of("proj.noop", "done").asImmutable())));
        all.put(
                "chord_link_error",
                of(Canvas.chord(
                        Canvas.group(Signature.of("proj.add", 1, 1), Signature.of("proj.fail", "x")),
                        total.onError(errbackNew))));
        all.put(
                "chord_nested_group_header",
                of(Canvas.chord(Canvas.group(pairs, Signature.of("proj.add", 3, 3)), noop)));
    }

    private static void serialized(Map<String, GoldenCalls> all) {
        Signature call = Signature.of("proj.echo", 1, "ünï", Arrays.asList(null, 2.5, Map.of("k", "v")))
                .with("b", true);
        for (String serializer : List.of("json", "msgpack", "yaml")) {
            int first = serializer.equals("json") ? 100 : serializer.equals("yaml") ? 113 : 106;
            if (!serializer.equals("json")) {
                all.put("ser_" + serializer + "_none", of(call, id(first).serializer(serializer)));
            }
            int zipped = serializer.equals("json") ? 100 : first + 1;
            all.put(
                    "ser_" + serializer + "_gzip",
                    of(call, id(zipped).serializer(serializer).compression("gzip")));
            all.put(
                    "ser_" + serializer + "_zlib",
                    of(call, id(zipped + 1).serializer(serializer).compression("zlib")));
        }
        all.put("ser_json_bzip2", of(call, id(102).compression("bzip2")));
        all.put("ser_json_lzma", of(call, id(103).compression("lzma")));
        all.put("ser_json_zstd", of(call, id(105).compression("zstd")));
        all.put(
                "chain_msgpack",
                of(
                        Canvas.chain(new SendOptions(Map.of("serializer", "msgpack")).on(add()), mul(3)),
                        id(154).serializer("msgpack")));
    }

    private static Signature add() {
        return Signature.of("proj.add", 1, 2);
    }

    private static Signature mul(int by) {
        return Signature.of("proj.mul", by);
    }

    private static GoldenCalls of(Canvas canvas) {
        return of(canvas, SendOptions.NONE);
    }

    private static GoldenCalls of(Canvas canvas, SendOptions options) {
        return new GoldenCalls(canvas, options);
    }

    private static SendOptions id(int number) {
        return SendOptions.id(t(number));
    }

    private static String t(int number) {
        return "00000000-0000-4000-8000-" + "%012d".formatted(number);
    }
}
