package dev.sedano.examples.incident;

import dev.sedano.examples.stage.Account;
import dev.sedano.examples.stage.Broker;
import dev.sedano.examples.stage.Http;
import dev.sedano.examples.stage.OutsideWorld;
import dev.sedano.examples.stage.Stage;
import dev.sedano.examples.stage.Story;
import dev.sedano.examples.stage.Wait;
import dev.sedano.workbench.Metrics;
import dev.sedano.workbench.WorkerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;

/** {@code sedano example fail-open-incident}. */
@Command(
        name = "fail-open-incident",
        mixinStandardHelpOptions = true,
        description = "Three workers, one load, one outage: a dedupe that fails open ships twice, Sedano does not.")
public final class FailOpenIncident extends Story {
    private static final String NAIVE = "naive";
    private static final String CLOSED = "closed";
    private static final String OPEN = "open";
    private static final int TURNS_BEFORE_THE_OUTAGE = 40;
    private static final int TURNS_WHILE_IT_STOPS = 16;
    private static final int TURNS_IN_THE_OUTAGE = 44;
    private static final int TURNS_PER_LINE = 10;
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private final Shop shop = new Shop();

    /** Called by the command line. */
    public FailOpenIncident() {
        super("fail-open-incident");
    }

    @Override
    protected void play(Stage stage, Account account) throws Exception {
        OutsideWorld world = stage.add(OutsideWorld.start(shop));
        stage.python("python/naive.py", Map.of("SHOP_URL", world.url()));
        WorkerProcess closed = start(stage, CLOSED, world.url());
        WorkerProcess open = start(stage, OPEN, world.url());
        Broker broker = stage.broker();
        Load load = new Load(broker, List.of(NAIVE, CLOSED, OPEN));
        account.say("naive = Python Celery, dedupe in Redis, ships when Redis fails");
        account.say("closed = Sedano; open = Sedano with whenStoreDown = OPEN, which nobody should choose for parcels");

        String health = new Http()
                .get(open.http().metricsUrl().replace("/metrics", "/health/ready"), Duration.ofSeconds(5))
                .text();
        account.say("health of the open worker: %s", health.strip());
        account.exactly(
                "its health says that it runs without protection", 1, health.contains("without protection") ? 1 : 0);

        account.chapter(Load.ORDERS + " orders, each sent twice");
        send(load, TURNS_BEFORE_THE_OUTAGE, account, closed);
        stopUnderLoad(stage, load);
        account.chapter("Redis is stopped");
        send(load, TURNS_IN_THE_OUTAGE, account, closed);
        figuresOfOpen(account, open);
        int waiting = load.orders() - shop.shipped(CLOSED);
        stage.store().restart();
        account.chapter("Redis is back");
        send(load, Integer.MAX_VALUE, account, closed);
        Wait.until(LIMIT, () -> settled(broker, closed, CLOSED) && settled(broker, open, OPEN));
        Wait.until(LIMIT, () -> shop.shipped(NAIVE) == Load.ORDERS && broker.waiting(NAIVE) == 0);
        account.say(line(closed));
        figures(account, metrics(closed));
        account.atLeast("orders that waited for the store at its return", 1, waiting);
    }

    /** Deliveries that are on their way while the store goes down are those that the fail-safe has to hold back. */
    private static void stopUnderLoad(Stage stage, Load load) throws Exception {
        Thread stopping = new Thread(() -> stage.store().stop(), "stopping-the-store");
        stopping.start();
        load.send(TURNS_WHILE_IT_STOPS, Duration.ZERO);
        stopping.join();
    }

    private static WorkerProcess start(Stage stage, String lane, String shop) throws IOException {
        Map<String, String> environment =
                Map.of("SHOP_URL", shop, "LANE", lane, "STORE_DOWN_POLICY", lane.toUpperCase(Locale.ROOT));
        return stage.worker(
                lane, ShippingTasks.class, lane, environment, "-c", "4", "--lease", "3s", "--namespace", lane);
    }

    private void send(Load load, int turns, Account account, WorkerProcess closed) throws Exception {
        for (int sent = 0; sent < turns && !load.isDone(); sent += TURNS_PER_LINE) {
            load.send(Math.min(TURNS_PER_LINE, turns - sent));
            account.say(line(closed));
        }
    }

    private String line(WorkerProcess closed) {
        Metrics metrics = metrics(closed);
        return String.format(
                Locale.ROOT,
                "naive %3d shipped, %2d twice | closed %3d shipped, %d twice (held back %d, of them valid %.0f) | open %3d shipped, %2d twice",
                shop.shipped(NAIVE),
                shop.twice(NAIVE),
                shop.shipped(CLOSED),
                shop.twice(CLOSED),
                Math.round(metrics.sum("sedano_blocked_total")),
                metrics.sum("sedano_false_positives_total"),
                shop.shipped(OPEN),
                shop.twice(OPEN));
    }

    private static void figuresOfOpen(Account account, WorkerProcess open) {
        account.atLeast(
                "unprotected runs that the open worker counts in the outage",
                1,
                Math.round(metrics(open).sum("sedano_unprotected_runs_total")));
    }

    private void figures(Account account, Metrics closed) {
        account.exactly("orders", Load.ORDERS, shop.shipped(NAIVE));
        account.atLeast("naive: parcels shipped twice", 1, shop.twice(NAIVE));
        account.exactly("Sedano, closed: orders shipped", Load.ORDERS, shop.shipped(CLOSED));
        account.exactly("Sedano, closed: parcels shipped twice", 0, shop.twice(CLOSED));
        account.exactly("Sedano, open: orders shipped", Load.ORDERS, shop.shipped(OPEN));
        account.atLeast("Sedano, open: parcels shipped twice", 1, shop.twice(OPEN));
        account.figure("deliveries that closed kept from running", Math.round(closed.sum("sedano_blocked_total")));
        long valid = Math.round(closed.sum("sedano_false_positives_total"));
        account.figure("  of them valid work, delayed (false positives)", valid);
        account.figure("  of them second runs prevented", Math.round(closed.sum("sedano_true_positives_total")));
        OptionalDouble median = closed.median("sedano_false_positive_delay_seconds");
        if (median.isPresent()) {
            account.figure(
                    "  median and longest delay in s",
                    String.format(
                            Locale.ROOT,
                            "%.1f, %.1f",
                            median.getAsDouble(),
                            closed.max("sedano_false_positive_delay_seconds_max")));
        }
        account.figure(
                "time without consuming in s",
                Math.round(closed.sum("sedano_paused_seconds_total", "reason", "store_down")));
    }

    private static boolean settled(Broker broker, WorkerProcess worker, String lane) {
        Metrics metrics = metrics(worker);
        double judged = metrics.sum("sedano_false_positives_total")
                + metrics.sum("sedano_true_positives_total")
                + metrics.sum("sedano_blocks_unreported_total");
        return broker.waiting(lane) == 0
                && metrics.sum("sedano_store_up") > 0
                && metrics.sum("sedano_in_flight") == 0
                && judged >= metrics.sum("sedano_blocked_total");
    }

    private static Metrics metrics(WorkerProcess worker) {
        return worker.http().metrics().orElseGet(() -> Metrics.parse(""));
    }
}
