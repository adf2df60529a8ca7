package dev.sedano.worker.idempotency.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.BiFunction;

/** The texts of the scripts, in the two forms that servers before and from Redis 7 need. Immutable. */
final class ScriptLibrary {
    /** Text and the SHA-1 by which the server knows it. */
    record Form(byte[] text, byte[] sha) {
        static Form of(String source) {
            byte[] text = source.getBytes(StandardCharsets.UTF_8);
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(text);
                return new Form(text, HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-1", e);
            }
        }
    }

    private final Map<RedisScript, Form> plain = new EnumMap<>(RedisScript.class);
    private final Map<RedisScript, Form> marked = new EnumMap<>(RedisScript.class);

    private ScriptLibrary(BiFunction<RedisScript, String, String> edit, boolean mayMark) {
        for (RedisScript script : RedisScript.values()) {
            StringBuilder source = new StringBuilder();
            script.firstParts().forEach(part -> source.append(resource(part)));
            String text =
                    edit.apply(script, source.append(resource(script.file())).toString());
            plain.put(script, Form.of(text));
            // With this line Redis refuses the script before it starts when memory is out or the server is read-only.
            marked.put(script, Form.of(mayMark ? "#!lua\n" + text : text));
        }
    }

    /** The scripts as they are. */
    static ScriptLibrary bundled() {
        return edited((script, text) -> text, true);
    }

    /** For tests: every text passes through {@code edit}; without {@code mayMark} the form for old servers is used. */
    static ScriptLibrary edited(BiFunction<RedisScript, String, String> edit, boolean mayMark) {
        return new ScriptLibrary(edit, mayMark);
    }

    Form form(RedisScript script, boolean withMark) {
        Form form = (withMark ? marked : plain).get(script);
        if (form == null) {
            throw new IllegalStateException("no text for " + script);
        }
        return form;
    }

    static String resource(String name) {
        try (InputStream in = ScriptLibrary.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks the script " + name + ".lua");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the script " + name + ".lua", e);
        }
    }
}
