package dev.sedano.examples.stage;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a story tells while it runs, and the figures that decide whether it held. Thread-safe. */
public final class Account {
    private final PrintStream out;
    private final long startedAt = System.nanoTime();
    private final List<Figure> figures = new ArrayList<>();

    /**
     * One line of the final table.
     *
     * @param name what was counted; unique within a story
     * @param value how much it came to
     * @param wanted what it had to be, in words; empty = nothing was demanded
     * @param holds whether it is what it had to be
     */
    public record Figure(String name, String value, String wanted, boolean holds) {}

    /** @param out where to tell it */
    public Account(PrintStream out) {
        this.out = out;
    }

    /** Tells something, with the time since the beginning; {@code text} as in {@link String#format}. */
    public synchronized void say(String text, Object... values) {
        String line = values.length == 0 ? text : String.format(Locale.ROOT, text, values);
        out.println(String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - startedAt) / 1e9, line));
    }

    /** Begins a chapter. */
    public synchronized void chapter(String title) {
        out.println();
        say("== " + title);
    }

    /** Notes a figure of which nothing is demanded. */
    public synchronized void figure(String name, Object value) {
        figures.add(new Figure(name, String.valueOf(value), "", true));
    }

    /** Notes a figure that must be exactly {@code wanted}. */
    public void exactly(String name, long wanted, long value) {
        demand(name, value, Long.toString(wanted), value == wanted);
    }

    /** Notes a figure that must be {@code least} or more. */
    public void atLeast(String name, long least, long value) {
        demand(name, value, least + " or more", value >= least);
    }

    /** Notes a figure that must be {@code most} or less. */
    public void atMost(String name, long most, long value) {
        demand(name, value, most + " or less", value <= most);
    }

    private synchronized void demand(String name, Object value, String wanted, boolean holds) {
        figures.add(new Figure(name, String.valueOf(value), wanted, holds));
    }

    /** The figure of that name, if it was noted. */
    public synchronized Optional<Figure> find(String name) {
        return figures.stream().filter(figure -> figure.name().equals(name)).findFirst();
    }

    /** Whether there are demands and every one is met. */
    public synchronized boolean holds() {
        return figures.stream().anyMatch(figure -> !figure.wanted().isEmpty())
                && figures.stream().allMatch(Figure::holds);
    }

    /** The table of figures. */
    public synchronized String table() {
        int name = widest(figures.stream().map(Figure::name).toList());
        int value = widest(figures.stream().map(Figure::value).toList());
        StringBuilder table = new StringBuilder();
        for (Figure figure : figures) {
            String verdict =
                    figure.wanted().isEmpty() ? "" : figure.holds() ? "ok" : "NOT as it must be: " + figure.wanted();
            table.append(String.format(
                            Locale.ROOT,
                            "  %-" + name + "s  %" + value + "s  %s",
                            figure.name(),
                            figure.value(),
                            verdict)
                    .stripTrailing());
            table.append('\n');
        }
        return table.toString();
    }

    private static int widest(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(1);
    }

    synchronized void end(String held, String didNot) {
        out.println();
        out.print(table());
        out.println(holds() ? held : didNot);
    }
}
