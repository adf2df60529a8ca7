package dev.sedano.workbench;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/** What the demo shows: runs from the ledger, the rest from the worker's metrics. */
record DemoFigures(DemoLedger ledger, Metrics metrics) {
    private static final String DELAY = "sedano_false_positive_delay_seconds";

    long acked() {
        return Math.round(metrics.sum("sedano_settlements_total", "outcome", "ack"));
    }

    long duplicates() {
        return Math.round(metrics.sum("sedano_duplicates_total"));
    }

    long blocked() {
        return Math.round(metrics.sum("sedano_blocked_total"));
    }

    long falsePositives() {
        return Math.round(metrics.sum("sedano_false_positives_total"));
    }

    long truePositives() {
        return Math.round(metrics.sum("sedano_true_positives_total"));
    }

    /** Returns the blocks whose verdict is known or will never be. */
    long verdicts() {
        return falsePositives() + truePositives() + Math.round(metrics.sum("sedano_blocks_unreported_total"));
    }

    long requeues() {
        return Math.round(metrics.sum("sedano_requeues_total"));
    }

    boolean storeUp() {
        return metrics.sum("sedano_store_up") > 0;
    }

    int lost() {
        return DemoFeed.UNIQUE - ledger.distinct();
    }

    /** Returns whether each task ran exactly once. */
    boolean eachRanOnce() {
        return lost() == 0 && ledger.runs() == DemoFeed.UNIQUE;
    }

    /** Returns whether every message is acked and every block has its verdict. */
    boolean settled() {
        return lost() == 0 && acked() >= DemoFeed.MESSAGES && verdicts() >= blocked();
    }

    String statusLine(int published) {
        return String.format(
                Locale.ROOT,
                "sent %4d | done %4d | duplicates %3d | blocked %3d | false positives %3d | requeues %3d | store %s",
                published,
                ledger.distinct(),
                duplicates(),
                blocked(),
                falsePositives(),
                requeues(),
                storeUp() ? "up" : "DOWN");
    }

    String table(Duration outage) {
        OptionalDouble median = metrics.median(DELAY);
        String delay = median.isPresent()
                ? String.format(
                        Locale.ROOT,
                        "   delay: median about %.1f s, maximum %.1f s",
                        median.getAsDouble(),
                        metrics.max(DELAY + "_max"))
                : "";
        return row("unique tasks", DemoFeed.UNIQUE)
                + row("handler runs", ledger.runs())
                + row("duplicates suppressed", duplicates())
                + row("deliveries blocked", blocked())
                + row("false positives", falsePositives()).stripTrailing()
                + delay
                + "\n"
                + row("true positives", truePositives()).stripTrailing()
                + "   second runs prevented\n"
                + row("requeues", requeues())
                + row("lost", lost())
                + verdict(outage);
    }

    private String verdict(Duration outage) {
        String away = outage.isZero()
                ? "."
                : String.format(Locale.ROOT, ", although Redis was away for %.1f s.", outage.toMillis() / 1e3);
        return (eachRanOnce() ? "Every task ran once" : "NOT every task ran once") + away;
    }

    private static String row(String name, long value) {
        return String.format(Locale.ROOT, "  %-22s %6d%n", name, value);
    }
}
