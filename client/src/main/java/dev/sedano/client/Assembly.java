package dev.sedano.client;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.BrokerServers;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.amqp.Definitions;
import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.canvas.CallPlans;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.time.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/** From settings as people write them to a client. */
final class Assembly {
    private Assembly() {}

    static CeleryClient of(ClientConfig config) {
        try {
            return assembled(config);
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static CeleryClient assembled(ClientConfig config) {
        CeleryJson json = new CeleryJson();
        Ticker ticker = Ticker.system();
        // Unlike Python's, not one per thread: whoever sends, this client reads.
        String replies = UUID.randomUUID().toString();
        CallPlans plans =
                new CallPlans(json, Clock.systemUTC(), origin(), replies, config.defaultQueue(), form(config));
        List<Endpoint> brokers = BrokerServers.of("broker", BrokerUri.parseAll("broker", config.broker()));
        Backend backend = backend(config, brokers, replies, json, ticker);
        ConfirmedPublisher publisher = new ConfirmedPublisher(
                purpose -> BrokerConnections.open(brokers, null, "sedano client " + purpose),
                ticker,
                config.createQueues(),
                Definitions.NONE,
                "sedano-client-publisher");
        publisher.start();
        return new CeleryClient(
                plans,
                new Sends(publisher, config.mostUnconfirmed(), config.sendWithin()),
                new Callbacks(config.mostUnconfirmed(), config.sendWithin()),
                backend,
                new RemoteResult.Source(backend, new Failures(config.failures()), json));
    }

    private static String origin() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        return "gen" + ProcessHandle.current().pid() + "@" + host;
    }

    private static PayloadForm form(ClientConfig config) {
        Serializer serializer = Serializer.of(config.serializer());
        if (serializer == null) {
            throw new IllegalArgumentException(
                    "serializer \"" + config.serializer() + "\" is not one of " + Serializer.names());
        }
        String name = config.compression();
        Compression compression = name == null ? null : Compression.of(name);
        if (name != null && (compression == null || !compression.writes())) {
            throw new IllegalArgumentException("compression \"" + name + "\" is not one of " + Compression.names()
                    + ", as far as they can be written");
        }
        return new PayloadForm(serializer, compression);
    }

    private static Backend backend(
            ClientConfig config, List<Endpoint> brokers, String replies, CeleryJson json, Ticker ticker) {
        String url = config.resultBackend();
        if (url == null || url.isBlank()) {
            return new NoBackend();
        }
        if (url.strip().startsWith("rpc:")) {
            return new RpcBackend(
                    () -> BrokerConnections.open(brokers, null, "sedano client replies"),
                    replies,
                    config.resultExpires(),
                    config.sendWithin(),
                    json,
                    ticker);
        }
        return new RedisBackend(ResultServer.of(url), config.resultKeys(), json, config.resultExpires(), ticker);
    }
}
