package dev.sedano.worker.amqp;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MalformedFrameException;
import dev.sedano.worker.tls.TlsFaults;
import dev.sedano.worker.tls.TlsSettings;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens connections to the first broker that takes one, and says why none does. */
public final class BrokerConnections {
    private static final int HEARTBEAT_SECONDS = 30;

    private BrokerConnections() {}

    /** No broker took the connection. Its message needs no cause beside it. */
    public static final class UnreachableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreachableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Tries the brokers in order; reads files of certificates anew.
     *
     * @param dispatch runs the consumers' callbacks; null = threads of the client
     * @param name shown in the broker's list of connections
     */
    public static Connection open(List<Endpoint> brokers, @Nullable ExecutorService dispatch, String name)
            throws UnreachableException {
        return open(brokers, dispatch, name, taken -> {});
    }

    /** As the other; {@code taken} is told which broker it is. */
    public static Connection open(
            List<Endpoint> brokers, @Nullable ExecutorService dispatch, String name, Consumer<Endpoint> taken)
            throws UnreachableException {
        UnreachableException last = new UnreachableException("no broker is configured", null);
        for (Endpoint endpoint : brokers) {
            try {
                Connection opened = factoryFor(endpoint)
                        .newConnection(dispatch, List.of(new Address(endpoint.host(), endpoint.port())), name);
                taken.accept(endpoint);
                return opened;
            } catch (IOException | TimeoutException | IllegalArgumentException e) {
                last = new UnreachableException(endpoint + " " + reason(endpoint, e), e);
            }
        }
        throw last;
    }

    private static ConnectionFactory factoryFor(Endpoint endpoint) {
        ConnectionFactory factory = new CeleryConnectionFactory();
        factory.setVirtualHost(endpoint.virtualHost());
        factory.setUsername(endpoint.user());
        factory.setPassword(endpoint.password());
        TlsSettings tls = endpoint.tls();
        if (tls != null) {
            factory.useSslProtocol(tls.context());
            if (tls.verify()) {
                factory.enableHostnameVerification();
            }
        }
        // Recovery is ours: first connection, lost connection and closed channel are one case, mended by whoever opened
        // it.
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
        factory.setConnectionTimeout(5_000);
        factory.setHandshakeTimeout(5_000);
        factory.setChannelRpcTimeout(10_000);
        return factory;
    }

    private static String reason(Endpoint endpoint, Exception failure) {
        TlsFaults faults =
                new TlsFaults(endpoint.toString(), endpoint.tls() != null, "amqp://", "amqps://", "the broker URL");
        String misfit = faults.explain(failure);
        if (misfit != null) {
            return misfit;
        }
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof MalformedFrameException && endpoint.tls() == null) {
                return faults.otherProtocol("RabbitMQ");
            }
            if (at instanceof EOFException) {
                return rootMessage(failure) + faults.closedAtOnce();
            }
        }
        return rootMessage(failure) + faults.hint(failure instanceof TimeoutException, failure);
    }

    /** What the broker or the network said, with which the cause chain of the client's exceptions ends. */
    public static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (!(root instanceof UnreachableException) && root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root instanceof UnreachableException
                ? String.valueOf(root.getMessage())
                : root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}
