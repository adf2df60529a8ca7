package dev.sedano.worker.control;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Whether a control message is meant for this node (kombu/pidbox.py and kombu/matcher.py). */
final class Selection {
    private static final int LONGEST_PATTERN = 256;
    /** A pattern that looks at more characters than this is meant to keep us busy. */
    private static final int MOST_LOOKS = 100_000;

    private Selection() {}

    static boolean selects(Map<?, ?> message, String node) {
        if (message.get("destination") instanceof List<?> named && !named.isEmpty()) {
            return named.contains(node);
        } else if (message.get("destination") instanceof String named && !named.isEmpty()) {
            return named.contains(node); // as Python's `in`
        }
        Object pattern = message.get("pattern");
        Object matcher = message.get("matcher");
        if (pattern == null || matcher == null || "".equals(pattern) || "".equals(matcher)) {
            return true;
        }
        return pattern instanceof String text && matches(node, text, matcher);
    }

    private static boolean matches(String node, String pattern, @Nullable Object matcher) {
        if (pattern.length() > LONGEST_PATTERN) {
            return false;
        }
        try {
            if ("glob".equals(matcher)) {
                return Pattern.compile(ofGlob(pattern), Pattern.DOTALL)
                        .matcher(new Patient(node))
                        .matches();
            }
            return "pcre".equals(matcher)
                    && Pattern.compile(pattern).matcher(new Patient(node)).lookingAt();
        } catch (PatternSyntaxException | TooLong | StackOverflowError e) {
            return false;
        }
    }

    /** As Python's fnmatch. */
    private static String ofGlob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int end = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (end > 0) {
                String set = glob.substring(i + 1, end).replaceAll("[\\\\\\[\\]&^]", "\\\\$0");
                regex.append('[')
                        .append(set.startsWith("!") ? "^" + set.substring(1) : set)
                        .append(']');
                i = end;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }

    private static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A text that loses its patience. */
    private static final class Patient implements CharSequence {
        private final String text;
        private int looks;

        Patient(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++looks > MOST_LOOKS) {
                throw new TooLong();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
