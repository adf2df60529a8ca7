package dev.sedano.worker.idempotency.redis;

import java.util.List;

/** The scripts, and the shared parts that come before each one's own file. */
enum RedisScript {
    HELLO("hello", "prologue"),
    CLAIM("claim", "prologue", "history"),
    RENEW("renew", "prologue"),
    COMPLETE("complete", "prologue", "blocks", "stored_success", "result_write"),
    HANDOFF("handoff", "prologue", "blocks", "history", "stored_success", "result_write"),
    SETTLE("settle", "prologue"),
    START("start", "prologue"),
    PARK("park", "prologue", "history"),
    STEP("step", "prologue"),
    RELEASE("release", "prologue"),
    REPORT_BLOCKED("report_blocked", "prologue", "blocks"),
    TURNS("turns"),
    RESULT("result", "stored_success"),
    CHORD_TELL("chord_tell"),
    CHORD_PART("chord_part"),
    CHORD_END("chord_end");

    private final String file;
    private final List<String> firstParts;

    RedisScript(String file, String... firstParts) {
        this.file = file;
        this.firstParts = List.of(firstParts);
    }

    /** The script's name in metrics and of its file. */
    String file() {
        return file;
    }

    List<String> firstParts() {
        return firstParts;
    }
}
