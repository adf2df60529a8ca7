package dev.sedano.examples.api;

import dev.sedano.examples.stage.Account;
import dev.sedano.examples.stage.Http;
import dev.sedano.examples.stage.Http.Answer;
import dev.sedano.examples.stage.OutsideWorld;
import dev.sedano.examples.stage.Stage;
import dev.sedano.examples.stage.Story;
import dev.sedano.examples.stage.Wait;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sedano example idempotent-api}. */
@Command(
        name = "idempotent-api",
        mixinStandardHelpOptions = true,
        description = "A FastAPI endpoint with an optional Idempotency-Key: a repeated call gets the stored result.")
public final class IdempotentApi extends Story {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int AT_ONCE = 6;

    private final Http http = new Http();
    private final Books books = new Books();

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "PT8S",
            description =
                    "How long keys are remembered, ISO-8601; a deployment has P1D or more. Default: ${DEFAULT-VALUE}.")
    private Duration ttl = Duration.ofSeconds(8);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Called by the command line. */
    public IdempotentApi() {
        super("idempotent-api");
    }

    @Override
    protected void check() {
        if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--ttl " + ttl + ": give " + SHORTEST + " to " + LONGEST + ", the story waits for it");
        }
    }

    @Override
    protected void play(Stage stage, Account account) throws Exception {
        OutsideWorld world = stage.add(OutsideWorld.start(books));
        Map<String, String> environment = Map.of("BOOKS_URL", world.url(), "TRANSFER_KEY_TTL", ttl.toString());
        stage.worker("worker", TransferTasks.class, "transfers", environment, "-c", "4", "--lease", "3s");
        String api = stage.python("python/app.py", Map.of()).url("");
        account.say("The API: %s/docs", api);

        withoutKey(api, account);
        atOnce(api, account);
        repeated(api, account);
    }

    private void withoutKey(String api, Account account) throws Exception {
        account.chapter("No key: ordinary execution");
        int before = books.entries();
        Answer first = transfer(api, 500, Map.of());
        Answer second = transfer(api, 500, Map.of());
        account.say("the same call twice: %s, %s", first.body(), second.body());
        account.exactly("runs of 2 calls without a key", 2, books.entries() - before);
    }

    private void atOnce(String api, Account account) throws Exception {
        account.chapter("The same key " + AT_ONCE + " times at once");
        int before = books.entries();
        String key = UUID.randomUUID().toString();
        ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE);
        List<Answer> answers = new ArrayList<>();
        try {
            Callable<Answer> call = () -> transfer(api, 900, Map.of("Idempotency-Key", key));
            for (Future<Answer> answer : callers.invokeAll(Collections.nCopies(AT_ONCE, call))) {
                answers.add(answer.get());
            }
        } finally {
            callers.shutdown();
        }
        long bodies = answers.stream().map(Answer::body).distinct().count();
        account.say(
                "%d answers, %d different: %s",
                answers.size(), bodies, answers.get(0).body());
        account.exactly("runs of " + AT_ONCE + " calls at once", 1, books.entries() - before);
        account.exactly("different answers to them", 1, bodies);
    }

    private void repeated(String api, Account account) throws Exception {
        account.chapter("The same key again and again");
        int before = books.entries();
        String key = UUID.randomUUID().toString();
        Map<String, String> header = Map.of("Idempotency-Key", key);
        Answer first = transfer(api, 700, header);
        Answer second = transfer(api, 700, header);
        Answer third = transfer(api, 700, header);
        account.say("first %s, repeated %s", first.body(), third.body());
        account.exactly("runs of 3 calls one after the other", 1, books.entries() - before);
        account.exactly(
                "same answers",
                1,
                first.body().equals(second.body()) && first.body().equals(third.body()) ? 1 : 0);
        account.exactly("first answer is marked as fresh", 1, replayed(first, "false"));
        account.exactly("repeated answer is marked as such", 1, replayed(third, "true"));
        account.exactly(
                "answer to the key with another amount",
                409,
                transfer(api, 701, header).status());

        Answer state = http.get(api + "/keys/" + key, LIMIT);
        account.say("GET /keys/%s: %s", key, state.body());
        account.exactly(
                "repeats that the key's record counts",
                2,
                state.body().path("repeats").asLong());
        double left = state.body().path("forgotten_in_seconds").asDouble();
        account.exactly(
                "time to live is below " + ttl.toMillis() / 1000 + " s",
                1,
                left > 0 && left <= ttl.toMillis() / 1e3 ? 1 : 0);

        account.say("... until the key is forgotten (in a deployment: a day or more)");
        boolean forgotten = Wait.until(ttl.plusSeconds(5), () -> status(api, key) == 404);
        account.exactly("key forgotten after its time", 1, forgotten ? 1 : 0);
        transfer(api, 700, header);
        account.exactly("runs after it was forgotten", 2, books.entries() - before);
    }

    private static long replayed(Answer answer, String wanted) {
        return answer.header("idempotency-replayed").equals(wanted) ? 1 : 0;
    }

    private int status(String api, String key) {
        try {
            return http.get(api + "/keys/" + key, LIMIT).status();
        } catch (IOException e) {
            throw new IllegalStateException("the API does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the story was interrupted", e);
        }
    }

    private Answer transfer(String api, long cents, Map<String, String> headers)
            throws IOException, InterruptedException {
        return http.post(api + "/transfers", new Transfer("A-1", "B-2", cents), headers, LIMIT);
    }
}
