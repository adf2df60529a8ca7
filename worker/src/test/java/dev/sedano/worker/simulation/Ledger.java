package dev.sedano.worker.simulation;

import java.util.ArrayList;
import java.util.List;

/** What happened, in order. */
final class Ledger {
    private final List<Line> lines = new ArrayList<>();

    void add(Line line) {
        lines.add(line);
    }

    List<Line> lines() {
        return lines;
    }

    /** Equal for equal histories. */
    long fingerprint() {
        long hash = 0xcbf29ce484222325L;
        for (Line line : lines) {
            String text = line.toString();
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
            }
        }
        return hash;
    }
}
