package dev.sedano.conformance.harness;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;

/**
 * A RabbitMQ for tests: a container where Docker works, else a private node from the machine's programs. The shared one
 * lives as long as the JVM and is told apart by queue names; a private one may be killed. One owner controls it.
 */
public final class TestBroker implements AutoCloseable {
    private final BrokerServer server;

    private static final class Shared {
        private static final TestBroker BROKER = start();
    }

    private TestBroker(BrokerServer server) {
        this.server = server;
    }

    /** The broker of all tests that leave it alive. */
    public static TestBroker shared() {
        return Shared.BROKER;
    }

    /** A broker of the caller's own, to be closed. */
    public static TestBroker start() {
        return new TestBroker(BrokerServer.start());
    }

    /** {@code amqp://guest:guest@127.0.0.1:port}. */
    public String url() {
        return server.url();
    }

    /** A new connection, to be closed; it does not recover by itself. */
    public Connection connect() {
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(url());
            factory.setAutomaticRecoveryEnabled(false);
            return factory.newConnection("test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException | URISyntaxException | GeneralSecurityException e) {
            throw new IllegalStateException("no connection to " + server, e);
        }
    }

    /** Ends the broker as a crash does. */
    public void kill() {
        server.kill();
    }

    /** Starts it again at the same address with the data it kept; returns when it speaks AMQP. */
    public void restart() {
        server.restart();
    }

    /** Lets the broker close all connections, as an operator does. */
    public void closeConnections() {
        server.control("close_all_connections", "test");
    }

    /** Runs {@code rabbitmqctl} with these arguments; a broker of one's own only. */
    public void control(String... arguments) {
        server.control(arguments);
    }

    @Override
    public void close() {
        server.close();
    }
}
