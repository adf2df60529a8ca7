package dev.sedano.examples.stage;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of JSON over HTTP, for stories and for the handlers in them. Thread-safe. */
public final class Http {
    /** Reads and writes JSON. */
    public static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /** Status, one value per header, and the text of the body. */
    public record Answer(int status, Map<String, String> headers, String text) {
        /** The body; a JSON null when it is no JSON. */
        public JsonNode body() {
            try {
                return JSON.readTree(text);
            } catch (JacksonException notJson) {
                return JSON.nullNode();
            }
        }

        /** A header by its lower-case name, or empty text. */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** Posts {@code body} as JSON, waiting at most {@code limit} for the answer. */
    public Answer post(String url, Object body, Map<String, String> headers, Duration limit)
            throws IOException, InterruptedException {
        return send(request(url, headers, limit).POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    /** Posts bytes as they are. */
    public Answer postRaw(String url, byte[] body, Map<String, String> headers, Duration limit)
            throws IOException, InterruptedException {
        return send(request(url, headers, limit).POST(BodyPublishers.ofByteArray(body)));
    }

    /** Gets {@code url}, waiting at most {@code limit} for the answer. */
    public Answer get(String url, Duration limit) throws IOException, InterruptedException {
        return send(request(url, Map.of(), limit).GET());
    }

    private static HttpRequest.Builder request(String url, Map<String, String> headers, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(limit);
        request.header("Content-Type", "application/json");
        headers.forEach(request::header);
        return request;
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        return new Answer(response.statusCode(), headers, response.body());
    }
}
