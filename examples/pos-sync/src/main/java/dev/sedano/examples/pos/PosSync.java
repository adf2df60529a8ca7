package dev.sedano.examples.pos;

import dev.sedano.examples.pos.Layers.Layer;
import dev.sedano.examples.stage.Account;
import dev.sedano.examples.stage.Broker;
import dev.sedano.examples.stage.OutsideWorld;
import dev.sedano.examples.stage.Stage;
import dev.sedano.examples.stage.Story;
import dev.sedano.examples.stage.Wait;
import dev.sedano.workbench.WorkerProcess;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano example pos-sync}. */
@Command(
        name = "pos-sync",
        mixinStandardHelpOptions = true,
        description = "Orders pushed to a payment API that times out; three layers, and what each of them is for.",
        subcommands = AuditCommand.class)
public final class PosSync extends Story {
    private static final String QUEUE = "pos";
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration NEXT_DAY = Duration.ofHours(25);

    private final PaymentApi api = new PaymentApi();

    @Option(
            names = "--without",
            paramLabel = "LAYER",
            description =
                    "Switch a layer off and see which double charge comes back: ${COMPLETION-CANDIDATES}. May repeat.")
    private Set<Layer> off = new LinkedHashSet<>();

    /** Called by the command line. */
    public PosSync() {
        super("pos-sync");
    }

    PosSync without(Set<Layer> layers) {
        off = layers;
        return this;
    }

    @Override
    protected void play(Stage stage, Account account) throws Exception {
        Layers layers = Layers.without(off);
        account.say("Layers switched off: %s", off.isEmpty() ? "none" : off);
        OutsideWorld world = stage.add(OutsideWorld.start(api));
        PaymentTable table = new PaymentTable(Database.start(stage, account));
        table.create(layers.uniqueIndex());
        Map<String, String> environment = new HashMap<>(layers.environment());
        environment.put("PAYMENT_API_URL", world.url());
        environment.put("PAYMENT_DB", table.url());
        WorkerProcess worker = start(stage, "first", environment);
        Broker broker = stage.broker();

        refused(broker, account, table);
        late(broker, account, table, layers);
        WorkerProcess second = crash(broker, account, stage, worker, environment, layers);
        sentAgain(broker, account, second, layers);
        audit(stage, account);
    }

    private static WorkerProcess start(Stage stage, String name, Map<String, String> environment) throws IOException {
        environment.put("WORKER_NAME", name);
        return stage.worker(name, OrderTasks.class, QUEUE, environment, "-c", "2", "--lease", "3s");
    }

    private void refused(Broker broker, Account account, PaymentTable table) throws Exception {
        account.chapter(
                "The API refuses at once: nothing happened, so the claim is released and the push is tried again");
        api.refuse("order-1");
        push(broker, "order-1");
        boolean charged = Wait.until(LIMIT, () -> api.charges("order-1") > 0 && count(table, "charged") == 1);
        account.say("refused once, then charged: %s", charged);
        account.exactly("charges of an order that was refused at first", 1, api.charges("order-1"));
        account.exactly("pushes of it", 2, api.pushes("order-1"));
        account.exactly("its failed payment in the table", 1, table.count("failed"));
    }

    private void late(Broker broker, Account account, PaymentTable table, Layers layers) throws Exception {
        account.chapter("The API charges, but answers too late");
        CountDownLatch never = new CountDownLatch(1);
        api.afterCharge("order-2", () -> never.await(3, TimeUnit.SECONDS));
        push(broker, "order-2");
        Wait.until(LIMIT, () -> count(table, "charged") == 2);
        account.say(
                "%d charge(s): the second push carried %s key",
                api.charges("order-2"), layers.apiKey() ? "the same" : "ANOTHER");
        account.exactly("pushes of the order that timed out", 2, api.pushes("order-2"));
        account.exactly(
                "double charges after a timeout" + (layers.apiKey() ? "" : " (without api-key)"),
                layers.apiKey() ? 0 : 1,
                api.charges("order-2") - 1);
    }

    private WorkerProcess crash(
            Broker broker,
            Account account,
            Stage stage,
            WorkerProcess worker,
            Map<String, String> environment,
            Layers layers)
            throws Exception {
        account.chapter("The worker dies in the middle of a push, and is missed until the next day");
        api.afterCharge("order-3", worker::kill);
        push(broker, "order-3");
        Wait.until(LIMIT, () -> !worker.isAlive());
        api.advance(NEXT_DAY);
        account.say("25 h later (the API's clock was set forward): it has forgotten its keys. A new worker starts");
        WorkerProcess second = start(stage, "second", environment);
        Wait.until(LIMIT, () -> broker.waiting(QUEUE + ".parked") == 1 || api.charges("order-3") == 2);
        account.say("%d charge(s); parked for a person: %d", api.charges("order-3"), broker.waiting(QUEUE + ".parked"));
        account.exactly(
                "double charges after a crash" + (layers.claim() ? "" : " (without claim)"),
                layers.claim() ? 0 : 1,
                api.charges("order-3") - 1);
        account.exactly(
                "pushes of unknown outcome that were parked",
                layers.claim() ? 1 : 0,
                broker.waiting(QUEUE + ".parked"));
        return second;
    }

    private void sentAgain(Broker broker, Account account, WorkerProcess worker, Layers layers) throws Exception {
        account.chapter("The till is installed anew and sends an old order again, as a new message");
        String id = push(broker, "order-1");
        account.say("message %s: neither claim nor API can know it", id);
        push(broker, "order-4");
        Wait.until(LIMIT, () -> api.charges("order-4") == 1 && isIdle(broker, worker));
        account.exactly(
                "double charges of an order sent again" + (layers.uniqueIndex() ? "" : " (without unique-index)"),
                layers.uniqueIndex() ? 0 : 1,
                api.charges("order-1") - 1);
    }

    private static boolean isIdle(Broker broker, WorkerProcess worker) {
        return broker.waiting(QUEUE) == 0
                && worker.http()
                        .metrics()
                        .map(metrics -> metrics.sum("sedano_in_flight") == 0)
                        .orElse(false);
    }

    private void audit(Stage stage, Account account) throws Exception {
        account.chapter("The audit of the past");
        List<Audit.Finding> past = Audit.findings(Audit.read(stage.file("statement.csv")));
        past.forEach(finding -> account.say("statement.csv: %s", finding));
        account.exactly("duplicates in the statement of the past", 3, extra(past));
        account.exactly(
                "cents to pay back for them",
                26_500,
                past.stream().mapToLong(Audit.Finding::cents).sum());
        List<Audit.Line> today = api.charges().stream()
                .map(charge -> new Audit.Line(charge.id(), charge.order(), charge.cents()))
                .toList();
        List<Audit.Finding> found = Audit.findings(today);
        found.forEach(finding -> account.say("today: %s", finding));
        account.exactly("duplicates in the statement of today", off.size(), extra(found));
    }

    private static long extra(List<Audit.Finding> findings) {
        return findings.stream().mapToLong(Audit.Finding::extra).sum();
    }

    private static String push(Broker broker, String order) throws Exception {
        return broker.send(QUEUE, "pos.push", Map.of("id", order, "cents", 1_990), null);
    }

    private static long count(PaymentTable table, String state) {
        try {
            return table.count(state);
        } catch (SQLException e) {
            throw new IllegalStateException("the database does not answer", e);
        }
    }
}
