package dev.sedano.examples.webhook;

import dev.sedano.examples.stage.Account;
import dev.sedano.examples.stage.Broker;
import dev.sedano.examples.stage.Http;
import dev.sedano.examples.stage.OutsideWorld;
import dev.sedano.examples.stage.Stage;
import dev.sedano.examples.stage.Story;
import dev.sedano.examples.stage.Wait;
import dev.sedano.examples.webhook.Sender.Event;
import dev.sedano.workbench.Metrics;
import dev.sedano.workbench.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sedano example webhook-replay}. */
@Command(
        name = "webhook-replay",
        mixinStandardHelpOptions = true,
        description = "Signed webhooks, replayed for days, out of order and many at once: each has its effect once.")
public final class WebhookReplay extends Story {
    private static final String QUEUE = "webhooks";
    private static final String SECRET = "whsec_example";
    private static final int PAYMENTS = 8;
    private static final int REFUNDS = 4;
    private static final int EVENTS = PAYMENTS + REFUNDS;
    private static final int STORM = 200;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Shop shop = new Shop();
    private final List<Event> events = new ArrayList<>();

    @Option(
            names = "--seconds-per-day",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many real seconds a simulated day takes. Default: ${DEFAULT-VALUE}.")
    private double secondsPerDay = 2;

    @Option(
            names = "--keep-days",
            paramLabel = "N",
            defaultValue = "7",
            description = "How many days events are accepted and their keys kept, 3 to 10. Default: ${DEFAULT-VALUE}.")
    private int keepDays = 7;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Called by the command line. */
    public WebhookReplay() {
        super("webhook-replay");
    }

    @Override
    protected void check() {
        if (keepDays < 3 || keepDays > 10) {
            throw new ParameterException(spec.commandLine(), "--keep-days " + keepDays + ": give 3 to 10");
        }
        if (!(secondsPerDay >= 0.5 && secondsPerDay <= 60)) {
            throw new ParameterException(spec.commandLine(), "--seconds-per-day " + secondsPerDay + ": give 0.5 to 60");
        }
    }

    @Override
    protected void play(Stage stage, Account account) throws Exception {
        OutsideWorld world = stage.add(OutsideWorld.start(shop));
        Map<String, String> keep =
                Map.of("KEEP_DAYS", Integer.toString(keepDays), "SECONDS_PER_DAY", Double.toString(secondsPerDay));
        Map<String, String> environment = new HashMap<>(keep);
        environment.put("SHOP_URL", world.url());
        WorkerProcess worker =
                stage.worker("worker", WebhookTasks.class, QUEUE, environment, "-c", "4", "--lease", "3s");
        SimulatedClock clock = SimulatedClock.startingNow(secondsPerDay);
        environment.put("WEBHOOK_SECRET", SECRET);
        environment.put("CLOCK", clock.setting());
        String url = stage.python("python/receiver.py", environment).url("/webhooks");
        Sender sender = stage.add(new Sender(url, SECRET, clock));
        account.say(
                "Simulated time: a day takes %.1f real seconds. Keys are kept %d + 1 days = %.0f s in Redis.",
                secondsPerDay, keepDays, (keepDays + 1) * secondsPerDay);
        connect(sender, clock);
        Metrics before = metrics(worker);
        AlertRule alert = AlertRule.read(stage.file("alerts.yml"), "WebhookReplayStorm");

        double began = clock.day();
        arrive(sender, clock, account);
        double completed = clock.day();
        errors(sender, clock, account, worker, stage.broker());
        replays(sender, clock, account, worker, stage.broker(), began);
        audit(stage, account);
        storm(sender, clock, account, worker, alert, before);
        forgotten(sender, clock, account, stage.broker(), completed);
    }

    /** The first message of all costs seconds of connecting and loading, which would be days here. */
    private void connect(Sender sender, SimulatedClock clock) throws Exception {
        sender.send(Http.JSON.writeValueAsString(new Event("evt_first", "payment", clock.now(), 1)));
        Wait.until(LIMIT, () -> shop.effects() == 1);
        shop.forget();
    }

    private void arrive(Sender sender, SimulatedClock clock, Account account) throws Exception {
        account.chapter("Day 0: " + EVENTS + " events arrive, out of order, eight at a time");
        for (int i = 0; i < EVENTS; i++) {
            events.add(new Event("evt_" + i, i < PAYMENTS ? "payment" : "refund", clock.now(), 100 + i));
        }
        account.exactly("events accepted on day 0", EVENTS, accepted(sender.send(events)));
        Wait.until(LIMIT, () -> shop.effects() >= EVENTS);
        account.exactly("effects of " + EVENTS + " events", EVENTS, shop.effects());
    }

    private void errors(Sender sender, SimulatedClock clock, Account account, WorkerProcess worker, Broker broker)
            throws Exception {
        account.chapter("Bad signatures and payloads are errors, not duplicates");
        String body = Http.JSON.writeValueAsString(events.get(0));
        String good = Sender.signature(SECRET, clock.now(), body);
        account.exactly(
                "status: signed with another secret", 401, sender.send(body, Sender.signature("x", clock.now(), body)));
        account.exactly("status: changed after it was signed", 401, sender.send(body.replace("evt_0", "evt_1"), good));
        account.exactly("status: without a signature", 401, sender.send(body, ""));
        double lastMonth = clock.now() - 30 * 86_400;
        account.exactly(
                "status: signed a month ago", 401, sender.send(body, Sender.signature(SECRET, lastMonth, body)));
        account.exactly("status: signed, but no JSON", 400, sender.send("{"));
        account.exactly("status: signed, of an unknown kind", 400, sender.send(body.replace("payment", "lottery")));
        account.exactly("deliveries that these caused", 0, deliveries(worker) - EVENTS - 1);
        account.exactly("duplicates that these were counted as", 0, duplicates(worker));

        Event first = events.get(0);
        Event altered = new Event(first.id(), first.kind(), first.created(), 999_999);
        account.exactly(
                "status: the id of an event with other data", 202, sender.send(Http.JSON.writeValueAsString(altered)));
        Wait.until(LIMIT, () -> broker.waiting(QUEUE + ".dead") == 1);
        account.exactly("its reason in " + QUEUE + ".dead is conflict", 1, reason(broker, "conflict"));
        account.exactly("effects of it", 0, shop.effects() - EVENTS);
    }

    private void replays(
            Sender sender, SimulatedClock clock, Account account, WorkerProcess worker, Broker broker, double began)
            throws Exception {
        int days = days();
        account.chapter("Days 1 to " + days + ": the sender replays everything, every day");
        long accepted = 0;
        for (int day = 1; day <= days; day++) {
            clock.awaitDay(began + day);
            accepted += accepted(sender.send(events));
            account.say(
                    "day %.1f: %d replays so far, %d duplicates, %d effects",
                    clock.day() - began, accepted, duplicates(worker), shop.effects());
        }
        int wanted = days * EVENTS;
        account.exactly("replays accepted", wanted, accepted);
        Wait.until(LIMIT, () -> duplicates(worker) >= wanted);
        account.exactly("recognised as duplicates", wanted, duplicates(worker));
        account.exactly("acknowledged and audited (payments)", (long) days * PAYMENTS, settled(worker, "ack"));
        account.exactly("kept in " + QUEUE + ".dead (refunds)", (long) days * REFUNDS, broker.waiting(QUEUE + ".dead"));
        account.exactly("their reason is duplicate", 1, reason(broker, "duplicate"));
        account.exactly("second effects after " + days + " days", 0, shop.effects() - EVENTS);
    }

    private void audit(Stage stage, Account account) throws Exception {
        List<String> lines = stage.logged("worker").stream()
                .filter(line -> line.contains("duplicate of task webhooks.payment"))
                .toList();
        account.say("audit: %s", lines.isEmpty() ? "nothing" : lines.get(0));
        account.exactly("audit lines for them in the worker's log", (long) days() * PAYMENTS, lines.size());
    }

    private void storm(
            Sender sender, SimulatedClock clock, Account account, WorkerProcess worker, AlertRule alert, Metrics before)
            throws Exception {
        account.chapter("A replay storm: " + STORM + " copies of one event");
        account.say("alert: %s", alert.expression());
        account.exactly("alert fires before the storm", 0, alert.fires(before, metrics(worker)) ? 1 : 0);
        Event event = new Event("evt_storm", "payment", clock.now(), 1);
        int effects = shop.effects();
        sender.send(Collections.nCopies(STORM, event));
        long wanted = duplicates(worker);
        Wait.until(LIMIT, () -> shop.effects(event.id()) > 0 && quiet(worker));
        account.say("%d duplicates before, %d now", wanted, duplicates(worker));
        account.exactly("effects of " + STORM + " copies", 1, shop.effects() - effects);
        account.exactly("alert fires in the storm", 1, alert.fires(before, metrics(worker)) ? 1 : 0);
    }

    private void forgotten(Sender sender, SimulatedClock clock, Account account, Broker broker, double completed)
            throws Exception {
        account.chapter("After day " + (keepDays + 1) + " the keys are forgotten");
        clock.awaitDay(completed + keepDays + 1.5);
        Event old = events.get(0);
        account.exactly(
                "status: a replay older than " + keepDays + " days",
                410,
                sender.send(Http.JSON.writeValueAsString(old)));
        // Past the receiver: this is why it refuses.
        broker.send(QUEUE, "webhooks.payment", old, old.id());
        Wait.until(LIMIT, () -> shop.effects(old.id()) > 1);
        account.exactly("effects if it got past the receiver: one more", 2, shop.effects(old.id()));
    }

    /** A day and some before events are refused, so that a slow machine does not send the last replays too late. */
    private int days() {
        return keepDays - 2;
    }

    private static long accepted(List<Integer> statuses) {
        return statuses.stream().filter(status -> status == 202).count();
    }

    private static long reason(Broker broker, String wanted) throws Exception {
        return wanted.equals(broker.takeHeader(QUEUE + ".dead", "x-sedano-reason")) ? 1 : 0;
    }

    private static boolean quiet(WorkerProcess worker) {
        Metrics metrics = metrics(worker);
        return metrics.sum("sedano_in_flight") == 0 && deliveries(worker) >= EVENTS + STORM + 1;
    }

    private static Metrics metrics(WorkerProcess worker) {
        return worker.http().metrics().orElseGet(() -> Metrics.parse(""));
    }

    private static long deliveries(WorkerProcess worker) {
        return Math.round(metrics(worker).sum("sedano_deliveries_total"));
    }

    private static long duplicates(WorkerProcess worker) {
        return Math.round(metrics(worker).sum("sedano_duplicates_total"));
    }

    private static long settled(WorkerProcess worker, String outcome) {
        return Math.round(metrics(worker).samples().stream()
                .filter(sample -> sample.name().equals("sedano_settlements_total"))
                .filter(sample -> sample.labels().contains("outcome=\"" + outcome + "\""))
                .filter(sample -> sample.labels().contains("reason=\"duplicate\""))
                .mapToDouble(Metrics.Sample::value)
                .sum());
    }
}
