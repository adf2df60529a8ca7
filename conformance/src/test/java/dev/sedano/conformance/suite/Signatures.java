package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.task.PythonException;
import dev.sedano.task.Signature;
import dev.sedano.task.TaskRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Signatures as values: what tasks return and take apart. */
final class Signatures {
    private static final List<String> KINDS = List.of("chain", "group", "chord");
    private static final Set<String> FIELDS = Set.of("task", "args", "kwargs", "options", "subtask_type", "immutable");

    private Signatures() {}

    static void register(TaskRegistry registry) {
        for (String outer : KINDS) {
            for (String inner : KINDS) {
                registry.add(
                        PREFIX + "return_nested_signature_" + outer + "_" + inner,
                        (context, call) -> structure(outer, structure(inner, task("add"))));
            }
        }
        registry.add(PREFIX + "rebuild_signature", (context, call) -> {
            check(
                    call.args().isEmpty()
                            ? call.kwargs().get("sig_dict")
                            : call.args().get(0));
            return null;
        });
    }

    private static Map<String, @Nullable Object> signature(
            String task, Map<String, @Nullable Object> kwargs, @Nullable String type) {
        Map<String, @Nullable Object> signature = new LinkedHashMap<>();
        signature.put("task", task);
        signature.put("args", List.of());
        signature.put("kwargs", kwargs);
        signature.put("options", Map.of());
        signature.put("subtask_type", type);
        signature.put("immutable", false);
        return signature;
    }

    private static Map<String, @Nullable Object> task(String name) {
        return signature(PREFIX + name, Map.of(), null);
    }

    private static Map<String, @Nullable Object> structure(String kind, Map<String, @Nullable Object> member) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        if (kind.equals("chord")) {
            kwargs.put("kwargs", Map.of());
            kwargs.put("header", List.of(member));
            kwargs.put("body", task("add"));
        } else {
            kwargs.put("tasks", List.of(member));
        }
        return signature("celery." + kind, kwargs, kind);
    }

    /** @throws PythonException a TypeError if it, or a member of it, is no complete signature */
    private static void check(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map) || !map.keySet().containsAll(FIELDS)) {
            throw new PythonException("builtins", "TypeError", "not a signature");
        }
        if (map.get("kwargs") instanceof Map<?, ?> kwargs) {
            members(kwargs.get("tasks"));
            members(kwargs.get("header"));
            if (kwargs.containsKey("body")) {
                check(kwargs.get("body"));
            }
        }
    }

    private static void members(@Nullable Object value) {
        if (value instanceof List<?> list) {
            list.forEach(Signatures::check);
        } else if (value != null) {
            check(value);
        }
    }

    /** A task's signature as it was sent. */
    @SuppressWarnings("unchecked") // JSON objects have texts as keys
    static Signature plain(Map<String, Object> sent) {
        return new Signature(
                String.valueOf(sent.get("task")),
                sent.get("args") instanceof List<?> args ? (List<@Nullable Object>) args : List.of(),
                sent.get("kwargs") instanceof Map<?, ?> kwargs ? (Map<String, @Nullable Object>) kwargs : Map.of(),
                sent.get("options") instanceof Map<?, ?> options ? (Map<String, @Nullable Object>) options : Map.of(),
                Boolean.TRUE.equals(sent.get("immutable")));
    }
}
