package dev.sedano.worker.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The names of Celery's results in a key-value backend, which are those of their announcements' channels, too. An app with
 * {@code global_keyprefix} has other names: whoever shares its results needs the same (celery/backends/base.py, {@code
 * _add_global_keyprefix}). Immutable.
 *
 * @param prefix in front of every name, with its separator; empty in most apps
 */
public record ResultKeys(String prefix) {
    /** Of an app that has no {@code global_keyprefix}. */
    public static final ResultKeys PLAIN = new ResultKeys("");

    /** Longer prefixes are mistakes. */
    private static final int LONGEST = 200;

    private static final String TASK = "celery-task-meta-";
    private static final String GROUP = "celery-taskset-meta-";

    /**
     * From the setting.
     *
     * @param globalKeyPrefix as the app says it: an underscore follows unless it ends with one of {@code :_-.}; null or empty
     *     = none
     * @throws IllegalArgumentException saying what to write instead, if it is none
     */
    public static ResultKeys of(@Nullable String globalKeyPrefix) {
        if (globalKeyPrefix == null || globalKeyPrefix.isEmpty()) {
            return PLAIN;
        }
        if (globalKeyPrefix.length() > LONGEST
                || globalKeyPrefix.isBlank()
                || globalKeyPrefix.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("is no prefix of keys: write the app's global_keyprefix, at most "
                    + LONGEST + " characters without line breaks");
        }
        boolean separated = ":_-.".indexOf(globalKeyPrefix.charAt(globalKeyPrefix.length() - 1)) >= 0;
        return new ResultKeys(separated ? globalKeyPrefix : globalKeyPrefix + "_");
    }

    /** Key and channel of a task's result. */
    public String task(String taskId) {
        return prefix + TASK + taskId;
    }

    /** Key of a saved group, and the beginning of a chord's keys. */
    public String group(String group) {
        return prefix + GROUP + group;
    }
}
