package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.protocol.ResultKeys;
import dev.sedano.worker.runtime.NodeName;
import dev.sedano.worker.runtime.ResultBackend;
import dev.sedano.worker.settings.TransportOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which store, and who asks; the same options, environment and defaults as the worker has. */
final class StoreOptions {
    @Option(
            names = "--idempotency-store",
            paramLabel = "URL",
            description = "redis:// or rediss://, sentinel://h1:26379,h2:26379/service/db or"
                    + " redis+cluster://h1:6379,h2:6379. Environment: SEDANO_IDEMPOTENCY_STORE. Default: the result"
                    + " backend if that is Redis.")
    @Nullable
    String idempotencyStore;

    @Option(
            names = "--result-backend",
            paramLabel = "URL",
            description = "redis://, rediss://, rpc:// or disabled. Environment: SEDANO_RESULT_BACKEND,"
                    + " CELERY_RESULT_BACKEND.")
    @Nullable
    String resultBackend;

    @Option(
            names = "--result-key-prefix",
            paramLabel = "PREFIX",
            description = "The app's global_keyprefix, as the workers have it. Environment:"
                    + " SEDANO_RESULT_BACKEND_TRANSPORT_OPTIONS, as {global_keyprefix: PREFIX}. Default: none.")
    @Nullable
    String resultKeyPrefix;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Prefix of the keys in the store, as the workers have it. Environment: SEDANO_NAMESPACE."
                    + " Default: default.")
    @Nullable
    String namespace;

    @Option(
            names = "--as",
            paramLabel = "WHO",
            description = "Who is named in the audit list. Default: user@host of this process.")
    @Nullable
    String who;

    @Option(names = "--json", description = "One JSON value instead of text.")
    boolean json;

    StoreUri store(Map<String, String> environment) {
        Setting store = Setting.find("--idempotency-store", idempotencyStore, environment, "SEDANO_IDEMPOTENCY_STORE");
        if (store != null) {
            return StoreUri.parse(store.name(), store.value());
        }
        if (backend(environment) instanceof ResultBackend.Redis redis) {
            return redis.uri();
        }
        throw new ConfigurationException(
                "--idempotency-store",
                "",
                "is not given, and the result backend is no Redis: name the Redis that holds the markers, as"
                        + " redis://host:6379/0, or set SEDANO_IDEMPOTENCY_STORE");
    }

    /** Null if it is not given. */
    @Nullable
    ResultBackend backend(Map<String, String> environment) {
        Setting backend = Setting.find(
                "--result-backend", resultBackend, environment, "SEDANO_RESULT_BACKEND", "CELERY_RESULT_BACKEND");
        return backend == null
                ? null
                : ResultBackend.parse(backend.name(), backend.value()).with(resultKeys(environment));
    }

    /** What results are called in Redis. */
    ResultKeys resultKeys(Map<String, String> environment) {
        String variable = "SEDANO_RESULT_BACKEND_TRANSPORT_OPTIONS";
        String prefix = resultKeyPrefix == null
                ? TransportOptions.keyPrefix(variable, environment.get(variable))
                : resultKeyPrefix;
        try {
            return ResultKeys.of(prefix);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    "--result-key-prefix", String.valueOf(prefix), String.valueOf(e.getMessage()), e);
        }
    }

    String namespace(Map<String, String> environment) {
        Setting given = Setting.find("--namespace", namespace, environment, "SEDANO_NAMESPACE");
        String name = given == null ? "default" : given.value();
        if (!name.matches("[A-Za-z0-9_.-]{1,64}")) {
            throw new ConfigurationException(
                    given == null ? "--namespace" : given.name(),
                    name,
                    "is no namespace: use 1 to 64 letters, digits, dots, dashes and underscores");
        }
        return name;
    }

    String who() {
        String name =
                who == null ? System.getProperty("user.name", "unknown") + "@" + NodeName.hostname() : who.strip();
        if (name.isEmpty() || name.length() > 200) {
            throw new ConfigurationException("--as", name, "is no name: use 1 to 200 characters");
        }
        return name.replaceAll("\\s", "_");
    }
}
