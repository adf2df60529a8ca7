package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The store's scripts for programs that are not written in Java but share its keys. */
public final class ScriptTexts {
    private ScriptTexts() {}

    /**
     * Whole texts by name, as this worker sends them to servers before Redis 7; from Redis 7 and to Valkey it sends them
     * with a first line {@code #!lua}. Unmodifiable, sorted.
     */
    public static Map<String, String> byName() {
        ScriptLibrary library = ScriptLibrary.bundled();
        Map<String, String> texts = new TreeMap<>();
        for (RedisScript script : RedisScript.values()) {
            texts.put(script.file(), new String(library.form(script, false).text(), StandardCharsets.UTF_8));
        }
        return Collections.unmodifiableMap(texts);
    }
}
