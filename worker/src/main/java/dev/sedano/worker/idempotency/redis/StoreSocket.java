package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.tls.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Opens one socket and can cut it from another thread, which is the only way to end a write to a server that no longer
 * reads. TLS verifies the certificate and the host name.
 */
final class StoreSocket implements JedisSocketFactory {
    private final RedisEndpoint endpoint;
    private final int timeoutMillis;
    private final Meter meter;
    private @Nullable Socket raw;
    private boolean cut;

    StoreSocket(RedisEndpoint endpoint, int timeoutMillis) {
        this(endpoint, timeoutMillis, new Meter());
    }

    StoreSocket(RedisEndpoint endpoint, int timeoutMillis, Meter meter) {
        this.endpoint = endpoint;
        this.timeoutMillis = timeoutMillis;
        this.meter = meter;
    }

    @Override
    public Socket createSocket() {
        Socket socket = new MeteredSocket(meter);
        try {
            publish(socket);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), timeoutMillis);
            TlsSettings tls = endpoint.tls();
            return tls == null ? socket : secured(socket, tls);
        } catch (IOException e) {
            cut();
            throw new JedisConnectionException("connect failed", e);
        }
    }

    private Socket secured(Socket socket, TlsSettings tls) throws IOException {
        SSLSocketFactory factory = tls.context().getSocketFactory();
        SSLSocket secure = (SSLSocket) factory.createSocket(socket, endpoint.host(), endpoint.port(), true);
        if (tls.verify()) {
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
        }
        secure.startHandshake();
        return secure;
    }

    private synchronized void publish(Socket socket) throws IOException {
        raw = socket;
        if (cut) {
            throw new IOException("cut before it was open");
        }
    }

    /** Ends whatever waits on the socket, in any thread. */
    synchronized void cut() {
        cut = true;
        if (raw != null) {
            try {
                raw.close();
            } catch (IOException e) {
                raw = null;
            }
        }
    }

    synchronized boolean isCut() {
        return cut;
    }
}
