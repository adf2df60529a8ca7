package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import dev.sedano.worker.runtime.OperatorAccess;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which broker and queue; the same options, environment and defaults as the worker has. */
final class BrokerOptions {
    private static final String DEFAULT_BROKER = "amqp://guest:guest@localhost:5672//";

    @Option(
            names = {"-b", "--broker"},
            paramLabel = "URL",
            description = "amqp://, pyamqp:// or amqps://, with ?ssl_ca_certs=, ssl_certfile= and ssl_keyfile= (PEM);"
                    + " several separated by ';'. Environment: SEDANO_BROKER_URL,"
                    + " CELERY_BROKER_URL. Default: amqp://guest:guest@localhost:5672//.")
    @Nullable
    String broker;

    @Option(
            names = {"-Q", "--queue"},
            paramLabel = "QUEUE",
            description = "The queue that the work came from. Default: celery.")
    String queue = "celery";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "How many copies are looked at, the oldest first, 1 to 100000. Default: 1000.")
    int limit = 1000;

    SetAsideQueue open(Map<String, String> environment, String suffix) throws IOException {
        if (limit < 1 || limit > 100_000) {
            throw new ConfigurationException("--limit", Integer.toString(limit), "must be from 1 to 100000");
        }
        if (queue.endsWith(suffix)) {
            throw new ConfigurationException(
                    "-Q",
                    queue,
                    "is the queue of the copies: name the one that the work came from, "
                            + queue.substring(0, queue.length() - suffix.length()));
        }
        Setting url = Setting.find("--broker", broker, environment, "SEDANO_BROKER_URL", "CELERY_BROKER_URL");
        return OperatorAccess.setAside(
                url == null
                        ? BrokerUri.parseAll("--broker", DEFAULT_BROKER)
                        : BrokerUri.parseAll(url.name(), url.value()),
                queue + suffix);
    }
}
