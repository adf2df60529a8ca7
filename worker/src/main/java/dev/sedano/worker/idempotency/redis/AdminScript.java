package dev.sedano.worker.idempotency.redis;

import java.util.List;

/** The operators' scripts, and the shared parts that come before each one's own file. */
enum AdminScript {
    RELEASE("admin_release", "prologue", "admin"),
    COMPLETE("admin_complete", "prologue", "blocks", "stored_success", "admin"),
    TRUST("admin_trust", "prologue", "admin"),
    NOTE("admin_note", "prologue", "admin");

    private final String file;
    private final List<String> firstParts;

    AdminScript(String file, String... firstParts) {
        this.file = file;
        this.firstParts = List.of(firstParts);
    }

    /** The whole text. */
    String text() {
        StringBuilder text = new StringBuilder();
        firstParts.forEach(part -> text.append(ScriptLibrary.resource(part)));
        return text.append(ScriptLibrary.resource(file)).toString();
    }
}
