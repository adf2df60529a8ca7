package dev.sedano.worker.result;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/** A Java stack trace in the form of Python's: oldest call first, root cause first. */
final class Traceback {
    private static final int LONGEST = 16 * 1024;
    private static final int MOST_FRAMES = 40;
    private static final int MOST_CAUSES = 8;
    private static final String CUT = "...\n";

    private final ExceptionEncoding encoding;

    Traceback(ExceptionEncoding encoding) {
        this.encoding = encoding;
    }

    /** At most 16 Ki characters; of a longer one the end, which names the exception. */
    String of(Throwable exception) {
        StringBuilder text = new StringBuilder();
        for (Throwable link : rootCauseFirst(exception)) {
            if (!text.isEmpty()) {
                text.append("\nThe above exception was the direct cause of the following exception:\n\n");
            }
            append(text, link);
        }
        return text.length() <= LONGEST
                ? text.toString()
                : CUT + text.substring(text.length() - LONGEST + CUT.length());
    }

    private static Deque<Throwable> rootCauseFirst(Throwable exception) {
        Deque<Throwable> chain = new ArrayDeque<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable link = exception;
                link != null && chain.size() < MOST_CAUSES && seen.add(link);
                link = link.getCause()) {
            chain.addFirst(link);
        }
        return chain;
    }

    private void append(StringBuilder text, Throwable exception) {
        text.append("Traceback (most recent call last):\n");
        StackTraceElement[] frames = exception.getStackTrace();
        int count = Math.min(frames.length, MOST_FRAMES);
        if (count < frames.length) {
            text.append("  ").append(CUT);
        }
        for (int i = count - 1; i >= 0; i--) {
            StackTraceElement frame = frames[i];
            text.append("  File \"").append(frame.getFileName() == null ? frame.getClassName() : frame.getFileName());
            if (frame.getLineNumber() > 0) {
                text.append("\", line ").append(frame.getLineNumber());
            } else {
                text.append('"');
            }
            text.append(", in ").append(frame.getMethodName()).append('\n');
        }
        text.append(encoding.encode(exception).line()).append('\n');
    }
}
