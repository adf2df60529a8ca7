package dev.sedano.conformance.golden;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.LongStringHelper;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A captured command of remote control, to be published again byte by byte. Immutable.
 *
 * @param sentAt orders the commands as they were captured
 * @param node whom it addresses, or {@code ref@wirehost} if all
 * @param replyKey where the reply goes; null if none is wanted
 * @param reply what was replied, as a message; null if nothing was
 */
record CapturedCommand(
        String name,
        double sentAt,
        String node,
        AMQP.BasicProperties properties,
        byte[] body,
        String method,
        @Nullable String replyKey,
        @Nullable JsonNode reply) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    static CapturedCommand read(String name) {
        JsonNode file = JSON.readTree(GoldenFile.ROOT.resolve(name + ".json").toFile());
        JsonNode request = file.get("requests").get(0);
        JsonNode properties = request.get("properties");
        JsonNode headers = request.get("headers");
        Map<String, Object> kept = new HashMap<>();
        headers.properties()
                .forEach(entry -> kept.put(
                        entry.getKey(),
                        entry.getValue().isString()
                                ? LongStringHelper.asLongString(entry.getValue().stringValue())
                                : JSON.treeToValue(entry.getValue(), Object.class)));
        JsonNode message = request.get("body");
        JsonNode key = message.path("reply_to").path("routing_key");
        JsonNode replies = file.get("replies");
        return new CapturedCommand(
                name,
                headers.get("expires").doubleValue(),
                message.get("destination").isArray()
                        ? message.get("destination").get(0).stringValue()
                        : "ref@wirehost",
                new AMQP.BasicProperties.Builder()
                        .contentType(properties.get("content_type").stringValue())
                        .contentEncoding(properties.get("content_encoding").stringValue())
                        .deliveryMode(properties.get("delivery_mode").intValue())
                        .priority(properties.get("priority").intValue())
                        .headers(kept)
                        .build(),
                Base64.getDecoder().decode(request.get("body_b64").stringValue()),
                message.get("method").stringValue(),
                key.isString() ? key.stringValue() : null,
                replies.isEmpty() ? null : replies.get(0));
    }
}
