package dev.sedano.examples.payment;

import dev.sedano.examples.stage.Account;
import dev.sedano.examples.stage.Broker;
import dev.sedano.examples.stage.Http;
import dev.sedano.examples.stage.OutsideWorld;
import dev.sedano.examples.stage.Stage;
import dev.sedano.examples.stage.Story;
import dev.sedano.examples.stage.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

/** {@code sedano example process-payment}. */
@Command(
        name = "process-payment",
        mixinStandardHelpOptions = true,
        description =
                "A payment asked for twice at once, with another amount, across a crash and an outage: made once.")
public final class ProcessPayment extends Story {
    static final String QUEUE = "payments";

    private static final int CLIENTS = 12;
    private static final int MOST_ATTEMPTS = 20;
    private static final int DIRECT = 3;
    private static final Duration OUTAGE = Duration.ofSeconds(4);
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private final Bank bank = new Bank();

    /** Called by the command line. */
    public ProcessPayment() {
        super("process-payment");
    }

    @Override
    protected void play(Stage stage, Account account) throws Exception {
        OutsideWorld world = stage.add(OutsideWorld.start(bank));
        String url = stage.python("python/gateway.py", Map.of()).url("/payments");
        Fleet fleet = new Fleet(stage, world.url());
        fleet.start("anna");
        fleet.start("bert");
        Broker broker = stage.broker();

        sameKey(url, account);
        otherAmount(url, account, broker);
        twoAtOnce(url, account, fleet);
        crash(url, account, fleet);
        outage(url, account, fleet, stage, broker);

        account.exactly("charges that the bank made twice", 0, bank.doubles());
    }

    private void sameKey(String url, Account account) throws Exception {
        account.chapter("The client asks twice for the same payment, one after the other");
        Client client = new Client(url, newKey());
        Http.Answer first = client.askUntilAnswered("10.00");
        Http.Answer second = client.askUntilAnswered("10.00");
        account.say("first answer %d %s, second %d %s", first.status(), first.body(), second.status(), second.body());
        account.exactly("charges for a key sent twice", 1, bank.charges());
        account.exactly("same receipt for both", 1, first.body().equals(second.body()) ? 1 : 0);
        account.exactly(
                "answer without a key",
                400,
                new Http().post(url, Map.of(), Map.of(), Duration.ofSeconds(5)).status());
    }

    private void otherAmount(String url, Account account, Broker broker) throws Exception {
        account.chapter("The same key with another amount");
        Client client = new Client(url, newKey());
        client.askUntilAnswered("10.00");
        int before = bank.charges();
        Http.Answer refused = client.askUntilAnswered("99.00");
        account.say(
                "answer %d %s; nothing was charged, the message is in %s.dead",
                refused.status(), refused.body(), QUEUE);
        account.exactly("answer to the key with another amount", 409, refused.status());
        account.exactly("charges for it", 0, bank.charges() - before);
        Wait.until(LIMIT, () -> broker.waiting(QUEUE + ".dead") == 1);
        account.exactly("such messages kept in " + QUEUE + ".dead", 1, broker.waiting(QUEUE + ".dead"));
    }

    private void twoAtOnce(String url, Account account, Fleet fleet) throws Exception {
        account.chapter("Two copies at once, one on each instance");
        long apart = 0;
        for (int attempt = 0; attempt < MOST_ATTEMPTS && apart == 0; attempt++) {
            String key = newKey();
            CountDownLatch opened = new CountDownLatch(1);
            bank.beSlow(key, opened);
            CompletableFuture<Http.Answer> first = inBackground(new Client(url, key), "20.00");
            Wait.until(LIMIT, () -> fleet.with("sedano_handlers_running") == 1);
            CompletableFuture<Http.Answer> second = inBackground(new Client(url, key), "20.00");
            Wait.until(LIMIT, () -> fleet.sum("sedano_held") == 1);
            apart = fleet.with("sedano_in_flight") == 2 ? 1 : 0;
            account.say(
                    "one copy runs, the other is held %s; nothing was charged yet: %d",
                    apart == 1 ? "by the other instance" : "by the same instance (again)", bank.charges(key));
            opened.countDown();
            account.say(
                    "the bank answers; both clients: %s, %s",
                    finished(first).body(), finished(second).body());
            // The broker takes turns among all consumers, of which each instance has several: shift them by other
            // steps.
            for (int shift = 0; apart == 0 && shift <= attempt % 4; shift++) {
                new Client(url, newKey()).askUntilAnswered("1.00");
            }
        }
        account.exactly("second copy waited on the other instance", 1, apart);
    }

    private void crash(String url, Account account, Fleet fleet) throws Exception {
        account.chapter("The process dies right after the claim");
        String key = newKey();
        CompletableFuture<String> killed = new CompletableFuture<>();
        bank.atRiskCheck(key, worker -> {
            fleet.get(worker).kill();
            killed.complete(worker);
        });
        CompletableFuture<Http.Answer> answer = inBackground(new Client(url, key), "30.00");
        String dead = killed.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        long diedAt = System.nanoTime();
        account.say("%s is dead: it had the claim and has charged nothing", dead);
        Wait.until(LIMIT, () -> bank.charges(key) > 0);
        account.say(
                "the other instance has taken over %.1f s later (the lease is 3 s); it asked the bank first",
                (System.nanoTime() - diedAt) / 1e9);
        Http.Answer paid = finished(answer);
        account.exactly("answer to the client of the dead instance", 200, paid.status());
        account.exactly("charges for it across the crash", 1, bank.charges(key));
        account.exactly("announced reruns", 1, fleet.sum("sedano_takeovers_total"));
        fleet.start(dead);
    }

    private void outage(String url, Account account, Fleet fleet, Stage stage, Broker broker) throws Exception {
        account.chapter("The store goes down in the middle");
        List<Client> clients = new ArrayList<>();
        List<CompletableFuture<Http.Answer>> answers = new ArrayList<>();
        int before = bank.charges();
        for (int i = 0; i < CLIENTS; i++) {
            if (i == CLIENTS / 3) {
                stage.store().stop();
                account.say("Redis is stopped, after %d of %d clients", i, CLIENTS);
                for (int n = 0; n < DIRECT; n++) { // a sender that does not ask whether anybody can work now
                    broker.send(QUEUE, "payments.process", Client.payment("50.00"), newKey());
                }
            }
            Client client = new Client(url, newKey());
            clients.add(client);
            answers.add(inBackground(client, "40.00"));
            Wait.pass(Duration.ofMillis(100));
        }
        Wait.pass(OUTAGE);
        account.say("charges during the outage wait; the bank has %d new ones", bank.charges() - before);
        stage.store().restart();
        account.say("Redis is back");
        int paid = 0;
        for (CompletableFuture<Http.Answer> answer : answers) {
            paid += finished(answer).status() == 200 ? 1 : 0;
        }
        Wait.until(LIMIT, () -> bank.charges() - before >= CLIENTS + DIRECT);
        int later = clients.stream().mapToInt(Client::toldToComeBack).sum();
        int most = clients.stream().mapToInt(Client::requests).max().orElse(0);
        account.say("everybody has an answer; clients were told %d times to come back later", later);
        account.exactly("clients with a receipt after the outage", CLIENTS, paid);
        account.exactly(
                "charges for their payments and " + DIRECT + " sent straight to the queue",
                CLIENTS + DIRECT,
                bank.charges() - before);
        account.atLeast("times that a client was told to come back later", 1, later);
        account.atMost("most requests of one client", 8, most);
        long blocked = fleet.sum("sedano_blocked_total");
        account.figure("deliveries that the fail-safe kept from running", blocked);
        account.atMost(
                "returns of deliveries to the queue",
                blocked,
                fleet.sum("sedano_requeues_total", "reason", "store_unavailable"));
    }

    private static CompletableFuture<Http.Answer> inBackground(Client client, String amount) {
        CompletableFuture<Http.Answer> answer = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        answer.complete(client.askUntilAnswered(amount));
                    } catch (Exception e) {
                        answer.completeExceptionally(e);
                    }
                },
                "client");
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    private static Http.Answer finished(CompletableFuture<Http.Answer> answer)
            throws ExecutionException, InterruptedException, TimeoutException {
        return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }
}
