package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.task.client.AsyncResult;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ResultTuplesTest {
    private final CeleryJson json = new CeleryJson();
    private final RemoteResult.Source source = new RemoteResult.Source(new NoBackend(), new Failures(Map.of()), json);

    private AsyncResult read(String tuple) {
        return Objects.requireNonNull(
                ResultTuples.read(source, json.decode(tuple.getBytes(StandardCharsets.UTF_8))), "a result");
    }

    private String text(@Nullable Object value) {
        return new String(json.encode(value), StandardCharsets.UTF_8);
    }

    @Test
    void resultOfAChain_isReturnedToTheCallerAsCeleryReturnsIt() {
        String tuple = "[[\"sum\", [[\"header\", [[\"first\", null], null]],"
                + " [[[\"left\", null], null], [[\"right\", null], null]]]], null]";

        AsyncResult result = read(tuple);

        assertThat(text(result)).isEqualTo(tuple);
        assertThat(text(List.of(result))).isEqualTo("[" + tuple + "]");
        assertThat(text(new Started("import", result))).isEqualTo("{\"name\": \"import\", \"call\": " + tuple + "}");
    }

    record Started(String name, AsyncResult call) {}

    @Test
    void resultOfMoreStepsThanAReaderTakes_isRefused() {
        AsyncResult result = new RemoteResult(source, "0", null);
        for (int i = 1; i <= 100_000; i++) {
            result = new RemoteResult(source, Integer.toString(i), result);
        }
        AsyncResult last = result;

        assertThatThrownBy(() -> json.encode(last)).isInstanceOf(EncodingException.class);
    }
}
