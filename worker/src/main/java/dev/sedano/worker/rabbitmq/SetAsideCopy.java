package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import dev.sedano.worker.protocol.MessageProperties;

/**
 * A copy of a delivery in {@code <queue>.parked} or {@code <queue>.dead}, as taken from there and not yet removed. The
 * body must not be changed.
 */
public final class SetAsideCopy {
    private final long tag;
    private final AMQP.BasicProperties wire;
    private final MessageProperties properties;
    private final byte[] body;

    SetAsideCopy(GetResponse response) {
        this.tag = response.getEnvelope().getDeliveryTag();
        this.wire = response.getProps();
        this.properties = PlainHeaders.of(wire);
        this.body = response.getBody();
    }

    /** Properties and headers as plain values. */
    public MessageProperties properties() {
        return properties;
    }

    /** The message's body. */
    public byte[] body() {
        return body;
    }

    /** A header's text; empty if it is absent or no text. */
    public String header(String name) {
        return properties.headers().get(name) instanceof String text ? text : "";
    }

    long tag() {
        return tag;
    }

    AMQP.BasicProperties wire() {
        return wire;
    }
}
