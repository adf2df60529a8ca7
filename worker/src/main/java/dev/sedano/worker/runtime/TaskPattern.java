package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Names of tasks, as {@code task_routes} and {@code task_annotations} write them: one name; a name with {@code *}, in which
 * then also {@code ?} and {@code [abc]} stand for characters (Python's fnmatch); or {@code re:} and a regular expression
 * that the name begins with. Immutable.
 */
public final class TaskPattern {
    private static final String REGEX = "re:";

    private final String text;
    private final Pattern pattern;
    private final boolean exact;

    private TaskPattern(String text, Pattern pattern, boolean exact) {
        this.text = text;
        this.pattern = pattern;
        this.exact = exact;
    }

    /**
     * Reads one.
     *
     * @param setting whom errors name
     * @throws ConfigurationException if it is no regular expression
     */
    public static TaskPattern parse(String setting, String text) {
        if (text.startsWith(REGEX)) {
            try {
                return new TaskPattern(
                        text, Pattern.compile("(?:" + text.substring(REGEX.length()) + ").*", Pattern.DOTALL), false);
            } catch (PatternSyntaxException e) {
                throw new ConfigurationException(setting, text, "is no regular expression: " + e.getDescription(), e);
            }
        }
        boolean glob = text.contains("*");
        return new TaskPattern(text, Pattern.compile(glob ? glob(text) : Pattern.quote(text), Pattern.DOTALL), !glob);
    }

    /** Python's fnmatch.translate. */
    private static String glob(String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            int close = each == '[' ? text.indexOf(']', i + (text.startsWith("[!", i) ? 3 : 2)) : -1;
            if (each == '*') {
                regex.append(".*");
            } else if (each == '?') {
                regex.append('.');
            } else if (close > 0) {
                String set = text.substring(i + 1, close)
                        .replace("\\", "\\\\")
                        .replace("[", "\\[")
                        .replace("&&", "&\\&");
                regex.append('[')
                        .append(set.startsWith("!") ? "^" + set.substring(1) : set.startsWith("^") ? "\\" + set : set)
                        .append(']');
                i = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(each)));
            }
        }
        return regex.toString();
    }

    /** Whether it is one name alone; such patterns are looked at first. */
    public boolean isExact() {
        return exact;
    }

    /** Whether a task has such a name. */
    public boolean matches(String task) {
        return pattern.matcher(task).matches();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
