package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One file of {@code golden/canvas}, written by {@code canvas_golden.py}: a message and what Celery makes of its end. */
record CanvasGolden(Map<String, @Nullable Object> file) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final CeleryJson JSON = new CeleryJson();

    /** What a worker tells others, in a form that can be compared: each id is its number in order of appearance. */
    record Told(
            List<@Nullable Object> messages,
            List<@Nullable Object> sizes,
            List<@Nullable Object> saved,
            @Nullable Object children,
            List<@Nullable Object> failed,
            List<@Nullable Object> parts,
            List<@Nullable Object> added) {
        /** Celery also tells a size to a group that was frozen into another and reports there; nobody asks for it. */
        List<@Nullable Object> sizesThatAreUsed() {
            return sizes.stream()
                    .filter(size -> messages.toString()
                            .contains(String.valueOf(CallSignature.list(size).get(0))))
                    .toList();
        }
    }

    static List<String> names(String... kinds) {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .filter(name -> List.of(kinds).contains(read(name).text("kind")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            URI folder = Objects.requireNonNull(CanvasGolden.class.getResource("/golden/canvas"))
                    .toURI();
            return Path.of(folder);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static CanvasGolden read(String name) {
        try {
            Object file = JSON.decode(Files.readAllBytes(folder().resolve(name + ".json")));
            return new CanvasGolden(CallSignature.strings(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text(String field) {
        return String.valueOf(file.get(field));
    }

    TaskMessage message() {
        Map<String, @Nullable Object> input = CallSignature.strings(file.get("input"));
        Map<String, @Nullable Object> embed = CallSignature.strings(input.get("embed"));
        return new TaskMessage(
                2,
                "t.run",
                String.valueOf(input.get("id")),
                String.valueOf(input.get("root_id")),
                null,
                input.get("group") instanceof String group ? group : null,
                input.get("group_index") instanceof Number index ? index.intValue() : null,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                List.of(),
                Map.of(),
                new TaskMessage.Embed(
                        CallSignature.list(embed.get("callbacks")),
                        CallSignature.list(embed.get("errbacks")),
                        CallSignature.list(embed.get("chain")),
                        embed.get("chord")));
    }

    Told expected() {
        Map<String, @Nullable Object> expected = CallSignature.strings(file.get("expected"));
        Names names = names();
        List<@Nullable Object> messages = new ArrayList<>();
        CallSignature.list(expected.get("messages")).forEach(each -> messages.add(names.of(withoutRoot(each))));
        List<@Nullable Object> failed = new ArrayList<>();
        for (Object stored : CallSignature.list(expected.get("stored"))) {
            List<@Nullable Object> pair = CallSignature.list(stored);
            if ("FAILURE".equals(pair.get(1)) && !isOwn(pair.get(0))) {
                failed.add(names.of(pair.get(0)));
            }
        }
        return new Told(
                messages,
                CallSignature.list(names.of(expected.get("sizes"))),
                CallSignature.list(names.of(expected.get("saved"))),
                names.of(expected.get("children") == null ? List.of() : expected.get("children")),
                failed,
                CallSignature.list(names.of(expected.get("parts"))),
                CallSignature.list(names.of(expected.get("added"))));
    }

    /** Celery does not know the root of a body that never ran, and takes the body's own id; we know it. */
    private Object withoutRoot(@Nullable Object message) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(CallSignature.strings(message));
        if (text("kind").equals("failed_body")) {
            Map<String, @Nullable Object> headers = new LinkedHashMap<>(CallSignature.strings(copy.get("headers")));
            headers.remove("root_id");
            copy.put("headers", headers);
        }
        return copy;
    }

    private boolean isOwn(@Nullable Object id) {
        return message().id().equals(id);
    }

    Told actual() {
        FollowUps followUps = new FollowUps(JSON, Clock.systemUTC(), "gen1@test", "celery").knowing(task -> false);
        TaskMessage message = message();
        FollowUps.Plan plan = plan(followUps, message);
        Names names = names();
        List<@Nullable Object> messages = new ArrayList<>();
        List<@Nullable Object> sizes = new ArrayList<>();
        List<@Nullable Object> saved = new ArrayList<>();
        List<@Nullable Object> failed = new ArrayList<>();
        List<@Nullable Object> parts = new ArrayList<>();
        List<@Nullable Object> added = new ArrayList<>();
        for (FollowUp each : plan.followUps()) {
            if (each instanceof FollowUp.Send send) {
                messages.add(names.of(withoutRoot(fields(send.message()))));
            }
        }
        for (FollowUp each : plan.followUps()) {
            if (each instanceof FollowUp.ChordSize size) {
                sizes.add(names.of(List.of(size.group(), (long) size.size())));
                byte[] header = size.header();
                if (header != null) {
                    Object tuple = CallSignature.strings(JSON.decode(header)).get("result");
                    List<@Nullable Object> pair = new ArrayList<>();
                    pair.add(size.group());
                    pair.add(tuple);
                    saved.add(names.of(pair));
                }
            } else if (each instanceof FollowUp.ChordAddition addition) {
                added.add(names.of(List.of(addition.group(), addition.taskId())));
            } else if (each instanceof FollowUp.Store store) {
                failed.add(names.of(store.taskId()));
            } else if (each instanceof FollowUp.ChordPart part) {
                List<@Nullable Object> fields = new ArrayList<>();
                fields.add(part.group());
                fields.add(part.taskId());
                fields.add(
                        part.groupIndex() == null
                                ? null
                                : (Object) part.groupIndex().longValue());
                fields.add(CallSignature.list(JSON.decode(part.value())).get(2));
                parts.add(names.of(fields));
            }
        }
        return new Told(messages, sizes, saved, names.of(plan.children()), failed, parts, added);
    }

    private FollowUps.Plan plan(FollowUps followUps, TaskMessage message) {
        Map<String, @Nullable Object> canvas = CallSignature.strings(file.get("canvas"));
        return switch (text("kind")) {
            case "success" -> followUps.afterSuccess(message, 5L, null);
            case "inherit" -> followUps.afterSuccess(message, 5L, 7);
            case "failure" ->
                followUps.afterFailure(message, "FAILURE", Map.of("exc_type", "ValueError"), null, id -> new byte[0]);
            case "add" ->
                followUps.addToChord(message, List.of(canvas), null).with(followUps.afterSuccess(message, 5L, null));
            case "replace" -> new FollowUps.Plan(followUps.replacement(message, origin(), canvas, Map.of()), List.of());
            case "body" -> new FollowUps.Plan(followUps.chordBody(part(message), List.of(1L, 2L)), List.of());
            case "failed_body" ->
                new FollowUps.Plan(
                        followUps.afterHeaderFailure(
                                part(message),
                                Map.of("exc_type", "ChordError"),
                                ToldErrbacks.NONE,
                                (id, children) -> new byte[0]),
                        List.of());
            default -> throw new IllegalStateException(text("kind"));
        };
    }

    private static FollowUps.Origin origin() {
        return new FollowUps.Origin(
                "",
                "celery",
                "celery",
                new MessageProperties("application/json", "utf-8", null, null, null, null, Map.of()),
                new byte[0]);
    }

    private static FollowUp.ChordPart part(TaskMessage message) {
        return new FollowUp.ChordPart(
                Objects.requireNonNull(message.group()),
                message.id(),
                message.rootId(),
                message.groupIndex(),
                new byte[0],
                CallSignature.strings(message.embed().chord()));
    }

    /** The same fields as {@code canvas_golden.py} writes. */
    private static Map<String, @Nullable Object> fields(OutgoingMessage message) {
        Map<String, @Nullable Object> given = message.properties().headers();
        List<@Nullable Object> body = CallSignature.list(
                JSON.decode(new String(message.body(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8)));
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        for (String name : List.of(
                "id", "root_id", "parent_id", "group", "group_index", "replaced_task_nesting", "ignore_result")) {
            Object value = given.get(name);
            headers.put(name, value instanceof Integer number ? (Object) number.longValue() : value);
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("task", given.get("task"));
        fields.put("headers", headers);
        fields.put("stamps", given.get("stamps"));
        Integer priority = message.properties().priority();
        fields.put("priority", priority == null || priority == 0 ? null : (Object) priority.longValue());
        fields.put("reply_to", message.properties().replyTo());
        fields.put("args", body.get(0));
        fields.put("kwargs", body.get(1));
        fields.put("embed", body.get(2));
        return fields;
    }

    private Names names() {
        Names names = new Names();
        Object unused = names.of(file.get("input"));
        return names;
    }

    /** Gives ids numbers, and leaves out fields without a value. */
    private static final class Names {
        private final Map<String, String> numbers = new LinkedHashMap<>();

        @Nullable
        Object of(@Nullable Object value) {
            if (value instanceof String text && ID.matcher(text).matches()) {
                return numbers.computeIfAbsent(text, id -> "<" + numbers.size() + ">");
            } else if (value instanceof List<?> list) {
                List<@Nullable Object> all = new ArrayList<>();
                list.forEach(each -> all.add(of(each)));
                return all;
            } else if (value instanceof Map<?, ?> map) {
                Map<String, @Nullable Object> all = new TreeMap<>();
                Map<String, @Nullable Object> sorted = new TreeMap<>();
                map.forEach((name, each) -> sorted.put(String.valueOf(name), each));
                sorted.forEach((name, each) -> {
                    if (each != null && !List.of("reply_to", "add_to_parent").contains(name)) {
                        all.put(name, of(each));
                    }
                });
                return all;
            }
            return value;
        }
    }
}
