package dev.sedano.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a backend holds of a task (CONTRACT §5).
 *
 * @param result the value, the exception's fields, or what the task told of its progress
 * @param traceback null = none
 * @param children result tuples of what it published
 */
record TaskRecord(
        String state, @Nullable Object result, @Nullable String traceback, List<@Nullable Object> children) {
    private static final Set<String> FINAL = Set.of("SUCCESS", "FAILURE", "REVOKED");

    /** A task of which nothing is known. */
    static final TaskRecord PENDING = new TaskRecord("PENDING", null, null, List.of());

    static TaskRecord of(@Nullable Object plain) {
        if (!(plain instanceof Map<?, ?> fields) || !(fields.get("status") instanceof String state)) {
            throw new IllegalArgumentException("a result record has no status");
        }
        List<@Nullable Object> children = new ArrayList<>();
        if (fields.get("children") instanceof List<?> given) {
            children.addAll(given);
        }
        return new TaskRecord(
                state, fields.get("result"), fields.get("traceback") instanceof String text ? text : null, children);
    }

    boolean isFinal() {
        return FINAL.contains(state);
    }

    boolean isSuccess() {
        return state.equals("SUCCESS");
    }
}
