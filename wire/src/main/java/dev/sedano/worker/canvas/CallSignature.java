package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signature as it arrives in a message's embed (CONTRACT: signature object).
 *
 * @param type Celery's {@code subtask_type}; null for a plain task
 */
record CallSignature(
        String task,
        List<@Nullable Object> args,
        Map<String, @Nullable Object> kwargs,
        Map<String, @Nullable Object> options,
        boolean immutable,
        @Nullable String type) {
    private static final Set<String> CALLS = Set.of("tasks", "header", "body");

    /** @throws IllegalArgumentException if {@code value} is no signature */
    static CallSignature of(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("a signature is no map");
        }
        if (!(map.get("task") instanceof String task)) {
            throw new MalformedFollowUps.Missing("a signature has no task", "task");
        }
        return new CallSignature(
                task,
                list(map.get("args")),
                strings(map.get("kwargs")),
                strings(map.get("options")),
                Boolean.TRUE.equals(map.get("immutable")),
                map.get("subtask_type") instanceof String type ? type : null);
    }

    /** Whether it is one task, not a structure of several. */
    boolean isPlain() {
        return type == null || !List.of("chain", "group", "chord").contains(type);
    }

    /** The arguments with those of the caller before them, unless the signature takes none. */
    List<@Nullable Object> argsAfter(List<@Nullable Object> first) {
        if (immutable) {
            return args;
        }
        List<@Nullable Object> all = new ArrayList<>(first);
        all.addAll(args);
        return all;
    }

    @Nullable
    String text(String option) {
        return options.get(option) instanceof String text ? text : null;
    }

    @Nullable
    Object option(String name) {
        return options.get(name);
    }

    /** The signature without errbacks, nor those of the calls that it is made of. */
    static Map<String, @Nullable Object> withoutErrbacks(Map<?, ?> signature) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(strings(signature));
        Map<String, @Nullable Object> options = new LinkedHashMap<>(strings(copy.get("options")));
        options.remove("link_error");
        copy.put("options", options);
        if (copy.get("subtask_type") != null) {
            Map<String, @Nullable Object> kwargs = new LinkedHashMap<>(strings(copy.get("kwargs")));
            kwargs.replaceAll((name, value) -> CALLS.contains(name) ? withoutErrbacks(value) : value);
            copy.put("kwargs", kwargs);
        }
        return copy;
    }

    private static @Nullable Object withoutErrbacks(@Nullable Object calls) {
        if (calls instanceof List<?> list) {
            List<@Nullable Object> copies = new ArrayList<>();
            list.forEach(each -> copies.add(withoutErrbacks((Object) each)));
            return copies;
        }
        return calls instanceof Map<?, ?> signature ? withoutErrbacks(signature) : calls;
    }

    @SuppressWarnings("unchecked") // every list in a payload was built by PlainReader
    static List<@Nullable Object> list(@Nullable Object value) {
        if (value instanceof Map<?, ?>) {
            List<@Nullable Object> single = new ArrayList<>(); // Celery takes one signature for a list of one
            single.add(value);
            return single;
        }
        return value instanceof List<?> ? (List<@Nullable Object>) value : List.of();
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    static Map<String, @Nullable Object> strings(@Nullable Object value) {
        return value instanceof Map<?, ?> ? (Map<String, @Nullable Object>) value : Map.of();
    }
}
