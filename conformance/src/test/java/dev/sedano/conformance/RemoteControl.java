package dev.sedano.conformance;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A real Celery client that asks one node. Immutable. */
record RemoteControl(CelerySession celery, String node) {
    /** The reply to one question. */
    JsonNode ask(String method, Map<String, ?> arguments) {
        return celery.run(
                        "control",
                        Map.of("node", node, "ask", List.of(Map.of("method", method, "arguments", arguments))))
                .get(0);
    }

    /** What the reply says under {@code ok}. */
    String ok(String method, Map<String, ?> arguments) {
        JsonNode reply = ask(method, arguments);
        return reply.has("ok") ? reply.get("ok").stringValue() : "no ok: " + reply;
    }

    /** What the reply says under {@code error}. */
    String error(String method, Map<String, ?> arguments) {
        JsonNode reply = ask(method, arguments);
        return reply.has("error") ? reply.get("error").stringValue() : "no error: " + reply;
    }

    /** Whether this node replies to a question that is put to all nodes that fit. */
    boolean answers(Map<String, ?> selection) {
        Map<String, Object> question = new java.util.HashMap<>(selection);
        question.put("method", "ping");
        question.put("timeout", 1);
        return !celery.run("control", Map.of("node", node, "ask", List.of(question)))
                .get(0)
                .isNull();
    }

    /** Runs {@code celery} with these arguments. */
    JsonNode commandLine(String... arguments) {
        return celery.run("control", Map.of("command", Arrays.asList(arguments)));
    }
}
