package dev.sedano.worker.control;

import dev.sedano.worker.ConfigurationException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which control commands are obeyed. Immutable.
 *
 * @param listens whether the worker takes control messages at all
 * @param all whether every command is obeyed
 * @param allowed commands that are obeyed besides those that only look, which are always
 */
public record ControlAccess(boolean listens, boolean all, Set<String> allowed) {
    /** Every command is obeyed, as in Celery. */
    public static final ControlAccess ALL = new ControlAccess(true, true, Set.of());
    /** Commands that change something are refused. */
    public static final ControlAccess READ_ONLY = new ControlAccess(true, false, Set.of());
    /** No control messages are taken; nodes that ask do not see this worker. */
    public static final ControlAccess OFF = new ControlAccess(false, false, Set.of());

    /** Sorts the commands. */
    public ControlAccess {
        allowed = java.util.Collections.unmodifiableSet(new TreeSet<>(allowed));
    }

    /**
     * From {@code all}, {@code read-only}, {@code off}, or the changing commands that are allowed, as {@code
     * revoke,rate_limit}.
     *
     * @throws ConfigurationException if it names no changing command
     */
    public static ControlAccess parse(String option, String text) {
        switch (text.strip()) {
            case "all":
                return ALL;
            case "read-only":
                return READ_ONLY;
            case "off":
                return OFF;
            default:
                Set<String> names = new TreeSet<>();
                Arrays.stream(text.split(",", -1)).map(String::strip).forEach(names::add);
                names.forEach(name -> {
                    if (!CommandNames.CHANGING.contains(name)) {
                        throw new ConfigurationException(
                                option,
                                text,
                                "names \"" + name + "\": write all, read-only, off, or some of "
                                        + String.join(",", CommandNames.CHANGING));
                    }
                });
                return new ControlAccess(true, false, names);
        }
    }

    /** Whether a command that changes something is obeyed. */
    boolean allows(String command) {
        return all || allowed.contains(command);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        if (!listens) {
            return "off";
        } else if (all) {
            return "all";
        }
        return allowed.isEmpty() ? "read-only" : String.join(",", allowed);
    }
}
