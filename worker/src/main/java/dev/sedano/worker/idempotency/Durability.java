package dev.sedano.worker.idempotency;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many copies of a write must be confirmed before the store's answer counts (protocol §6.7). Fewer confirmations than
 * asked for are a failure of the store. Immutable.
 *
 * @param local whether the server's own append-only file must be on disk (WAITAOF; Redis or Valkey 7.2 and newer)
 * @param replicas how many replicas must confirm, 0 to 100
 * @param within how long to wait for them, 1 ms to 30 s; part of each call's time
 */
public record Durability(Kind kind, boolean local, int replicas, Duration within) {
    /** The server's own answer is enough. */
    public static final Durability NONE = new Durability(Kind.NONE, false, 0, Duration.ofMillis(1));

    private static final Pattern FORM = Pattern.compile(
            "wait[(:]([0-9]{1,3})[,:] ?([0-9]{1,5})(?:ms)?\\)?|waitaof[(:]([01])[,:] ?([0-9]{1,3})[,:] ?([0-9]{1,5})(?:ms)?\\)?");

    /** The command that asks for the confirmations. */
    public enum Kind {
        /** None is sent. */
        NONE,
        /** WAIT: in the memory of replicas. */
        WAIT,
        /** WAITAOF: on the disks. */
        WAITAOF
    }

    /** Checks the ranges. */
    public Durability {
        if (replicas < 0 || replicas > 100) {
            throw new IllegalArgumentException("asks for " + replicas + " replicas: use 0 to 100");
        }
        if (within.toMillis() < 1 || within.toMillis() > 30_000) {
            throw new IllegalArgumentException("waits " + within.toMillis() + " ms: use 1 to 30000");
        }
        if (kind != Kind.NONE && replicas == 0 && !local) {
            throw new IllegalArgumentException("asks nobody to confirm: name a replica, or write none");
        }
    }

    /**
     * Reads {@code none}, {@code wait:REPLICAS:MS} or {@code waitaof:LOCAL:REPLICAS:MS}; also {@code wait(1, 100)}.
     *
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public static Durability parse(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.equals("none")) {
            return NONE;
        }
        Matcher form = FORM.matcher(lower);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "is unknown: use none, wait:REPLICAS:MS as wait:1:100, or waitaof:LOCAL:REPLICAS:MS as"
                            + " waitaof:1:1:200");
        }
        return form.group(1) != null
                ? new Durability(Kind.WAIT, false, Integer.parseInt(form.group(1)), millis(form.group(2)))
                : new Durability(
                        Kind.WAITAOF,
                        form.group(3).equals("1"),
                        Integer.parseInt(form.group(4)),
                        millis(form.group(5)));
    }

    private static Duration millis(String digits) {
        return Duration.ofMillis(Long.parseLong(digits));
    }

    /** As the option writes it. */
    @Override
    public String toString() {
        return switch (kind) {
            case NONE -> "none";
            case WAIT -> "wait:" + replicas + ":" + within.toMillis();
            case WAITAOF -> "waitaof:" + (local ? 1 : 0) + ":" + replicas + ":" + within.toMillis();
        };
    }
}
