package dev.sedano.worker.simulation;

import java.util.ArrayList;
import java.util.List;

/** What a ledger should not contain. */
final class Violations {
    private final List<String> found = new ArrayList<>();

    /** @param invariant such as {@code I4} */
    void add(String invariant, Line line, String text) {
        found.add(invariant + " " + text + " [" + line + "]");
    }

    List<String> found() {
        return found;
    }
}
