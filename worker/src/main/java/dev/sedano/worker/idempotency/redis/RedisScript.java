package dev.sedano.worker.idempotency.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script of the store, in the two forms that servers before and from Redis 7 need. */
@SuppressWarnings("ImmutableEnumChecker") // the arrays are never handed out for writing
enum RedisScript {
    HELLO("hello", "prologue"),
    CLAIM("claim", "prologue"),
    RENEW("renew", "prologue"),
    COMPLETE("complete", "prologue", "blocks"),
    RELEASE("release", "prologue"),
    REPORT_BLOCKED("report_blocked", "prologue", "blocks"),
    RESULT("result");

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

    private final String file;
    private final String source;
    private final Form plain;
    private final Form marked;

    RedisScript(String file, String... firstParts) {
        StringBuilder text = new StringBuilder();
        for (String part : firstParts) {
            text.append(resource(part));
        }
        this.file = file;
        this.source = text.append(resource(file)).toString();
        this.plain = Form.of(source);
        // With this line Redis refuses the script before it starts when memory is out or the server is read-only.
        this.marked = Form.of("#!lua\n" + source);
    }

    /** The script's name in metrics. */
    String file() {
        return file;
    }

    /** The text without {@code #!lua}. */
    String source() {
        return source;
    }

    Form form(boolean withMark) {
        return withMark ? marked : plain;
    }

    private static String resource(String name) {
        try (InputStream in = RedisScript.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks the script " + name + ".lua");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the script " + name + ".lua", e);
        }
    }
}
