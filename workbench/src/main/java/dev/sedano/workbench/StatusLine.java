package dev.sedano.workbench;

import java.io.PrintStream;
import java.time.Duration;

/**
 * One line that is written over in a terminal, and written once a second elsewhere. Used by one thread.
 */
final class StatusLine {
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(1);

    private final PrintStream out;
    private final boolean terminal;
    private long lastNanos;
    private int width;

    StatusLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        lastNanos = System.nanoTime() - PLAIN_INTERVAL.toNanos();
    }

    void show(String line) {
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            out.flush();
            width = line.length();
        } else if (System.nanoTime() - lastNanos >= PLAIN_INTERVAL.toNanos()) {
            out.println(line);
            lastNanos = System.nanoTime();
        }
    }

    /** Writes a lasting line in between; the status continues below it. */
    void say(String line) {
        if (width > 0) {
            out.println();
            width = 0;
        }
        out.println(line);
    }

    /** Writes the last status for good. */
    void end(String line) {
        if (terminal) {
            show(line);
        }
        say(terminal ? "" : line);
    }
}
