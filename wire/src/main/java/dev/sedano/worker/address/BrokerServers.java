package dev.sedano.worker.address;

import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.tls.TlsSettings;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From addresses as people write them to brokers as the broker side wants them. */
public final class BrokerServers {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerServers.class);

    private BrokerServers() {}

    /** Reads the certificates once; throws ConfigurationException naming {@code option} if they are not usable. */
    public static List<Endpoint> of(String option, List<BrokerUri> brokers) {
        return brokers.stream().map(each -> endpoint(option, each)).toList();
    }

    private static Endpoint endpoint(String option, BrokerUri broker) {
        TreeSet<String> ignored = new TreeSet<>(broker.parameters().keySet());
        @Nullable TlsSettings tls = null;
        if (broker.tls()) {
            tls = TlsParameters.of(option, broker.toString(), broker.parameters())
                    .checked(option, broker.toString());
            ignored.removeAll(TlsParameters.NAMES);
        }
        if (!ignored.isEmpty()) {
            LOG.warn("the parameters {} of broker {} have no effect here", ignored, broker);
        }
        return new Endpoint(broker.host(), broker.port(), broker.virtualHost(), broker.user(), broker.password(), tls);
    }
}
