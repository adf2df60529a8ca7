package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.TaskClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A real Celery and our worker agree on serializers and compressions other than the usual ones. */
final class SerializerSettingsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    @ParameterizedTest
    @CsvSource({
        "json, gzip, json, zstd, ",
        "msgpack, , msgpack, , app",
        "yaml, zstd, yaml, bzip2, ",
        "msgpack, lzma, yaml, , ",
        "json, brotli, msgpack, gzip, 'app:'",
    })
    void callsCallbacksChainsAndChords_work(
            String taskSerializer,
            @Nullable String taskCompression,
            String resultSerializer,
            @Nullable String resultCompression,
            @Nullable String keyPrefix)
            throws InterruptedException {
        String queue = HARNESS.queue();
        CelerySession celery =
                new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), queue);
        String written = taskCompression == null || taskCompression.equals("brotli") ? "none" : taskCompression;
        WorkerProcess worker = HARNESS.start(HARNESS.worker(queue)
                .options("--task-serializer", taskSerializer, "--task-compression", written)
                .options("--result-serializer", resultSerializer)
                .options("--result-compression", resultCompression == null ? "none" : resultCompression)
                .options("--result-key-prefix", keyPrefix == null ? "" : keyPrefix));
        Map<String, @Nullable Object> given = new HashMap<>();
        given.put("task_serializer", taskSerializer);
        given.put("task_compression", taskCompression);
        given.put("result_serializer", resultSerializer);
        given.put("result_compression", resultCompression);
        given.put(
                "result_backend_transport_options",
                keyPrefix == null ? Map.of() : Map.of("global_keyprefix", keyPrefix));
        given.put("link_id", UUID.randomUUID().toString());

        JsonNode answer = celery.run("serializers", given);

        assertThat(answer.get("wrong")).isEmpty();
        assertThat(answer.get("values").intValue()).isGreaterThan(17);
        assertThat(worker.isAlive()).isTrue();
        if (keyPrefix != null) {
            chordOfTheJavaClient_works(queue, keyPrefix);
        }
    }

    private static void chordOfTheJavaClient_works(String queue, String keyPrefix) throws InterruptedException {
        ClientConfig config = ClientConfig.of(
                        HARNESS.broker().url(), TestStore.shared().url(0))
                .withDefaultQueue(queue)
                .withResultKeyPrefix(keyPrefix);
        try (TaskClient client = CeleryClient.connect(config)) {
            Signature body = Signature.of("proj.tsum").option("queue", queue);
            AsyncResult sum = client.send(
                    Canvas.chord(Canvas.group(Signature.of("proj.ident", 2), Signature.of("proj.ident", 3)), body));

            assertThat(sum.get(Duration.ofSeconds(30), Integer.class)).isEqualTo(5);
        }
    }
}
