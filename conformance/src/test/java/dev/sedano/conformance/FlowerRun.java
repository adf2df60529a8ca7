package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.services.FreePorts;
import dev.sedano.services.Guard;
import dev.sedano.services.OwnSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.data.Offset;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Flower, which the Python of the tests must have ({@code pip install flower}), watches a worker of ours. By command,
 * see CONTRIBUTING.md: its name keeps it out of the integration tests of a build.
 */
final class FlowerRun {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String queue = HARNESS.queue();
    private final String node = "flower-" + queue + "@host";
    private final int port = FreePorts.next();

    @Test
    void showsTheWorkerOnline_andItsTasksWithTheirStatesAndTimes() throws Exception {
        Path log = Files.createTempFile(Files.createDirectories(Path.of("target/workers")), "flower-", ".log");
        ProcessBuilder builder = new ProcessBuilder(OwnSession.command(List.of(
                        PythonCelery.program().toString(),
                        "-m",
                        "celery",
                        "--broker=" + HARNESS.broker().url(),
                        "flower",
                        "--address=127.0.0.1",
                        "--port=" + port)))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("FLOWER_UNAUTHENTICATED_API", "true");
        Process flower = builder.start();
        Guard guard = Guard.of(flower);
        try {
            HARNESS.start(HARNESS.worker(queue).node(node).options("-E"));
            HARNESS.mayHold(queue + ".dead");
            Awaitility.await("worker in Flower")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> get("/api/workers?refresh=1").has(node)
                            && get("/api/workers?status=1").path(node).asBoolean(false));
            CeleryMessage sum = CeleryMessage.of("proj.add", 20, 22);
            CeleryMessage failing = CeleryMessage.of("proj.fail", "it's no");
            double now = Instant.now().getEpochSecond();

            HARNESS.publisher().publish(queue, List.of(sum, failing));

            JsonNode succeeded = awaitState(sum, "SUCCESS");
            assertThat(succeeded.get("result").stringValue()).isEqualTo("42");
            assertThat(succeeded.get("worker").stringValue()).isEqualTo(node);
            assertThat(succeeded.get("name").stringValue()).isEqualTo("proj.add");
            assertThat(succeeded.get("runtime").doubleValue()).isBetween(0.0, 60.0);
            for (String time : List.of("received", "started", "succeeded")) {
                assertThat(succeeded.get(time).doubleValue()).as(time).isCloseTo(now, Offset.offset(120.0));
            }
            JsonNode failed = awaitState(failing, "FAILURE");
            assertThat(failed.get("exception").stringValue()).isEqualTo("ValueError('it\\'s no')");
            assertThat(failed.get("traceback").stringValue()).startsWith("Traceback");
            JsonNode worker = get("/api/workers?workername=" + node).get(node);
            assertThat(worker.get("registered").toString()).contains("proj.add");
            assertThat(worker.get("active_queues").toString()).contains(queue);
            assertThat(worker.get("stats").get("pool").get("max-concurrency").intValue())
                    .isEqualTo(4);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(Files.readString(log), e);
        } finally {
            flower.destroyForcibly();
            guard.dismiss();
        }
    }

    private JsonNode awaitState(CeleryMessage call, String state) {
        return Awaitility.await(state + " in Flower")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> get("/api/task/info/" + call.id()),
                        shown -> shown.path("state").asString("").equals(state));
    }

    /** What Flower says; nothing while it is not up or does not know. */
    private JsonNode get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : JSON.createObjectNode();
        } catch (java.net.ConnectException | java.net.http.HttpTimeoutException notYet) {
            return JSON.createObjectNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Flower", e);
        }
    }
}
