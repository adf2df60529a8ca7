package dev.sedano.workbench;

import dev.sedano.services.ProvidedServices;
import dev.sedano.services.ServiceProvider;
import dev.sedano.services.ServiceRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a user gives services instead of being provided with them. */
final class ServiceOptions {
    @Option(
            names = "--broker",
            paramLabel = "URL",
            description = "A RabbitMQ to use (amqp://...). Environment: SEDANO_BROKER_URL, else CELERY_BROKER_URL."
                    + " Default: one is started.")
    private @Nullable String broker;

    @Option(
            names = "--result-backend",
            paramLabel = "URL",
            description = "A Redis to use (redis://...). Environment: SEDANO_RESULT_BACKEND, else"
                    + " CELERY_RESULT_BACKEND. Default: one is started.")
    private @Nullable String store;

    @Option(names = "--install", description = "Let the system's package manager install what is missing.")
    private boolean install;

    boolean install() {
        return install;
    }

    ProvidedServices provide(Project project, Consumer<String> progress) {
        return new ServiceProvider(progress, project.installLog())
                .provide(new ServiceRequest(broker(), store(), install, project.composeFile()));
    }

    private @Nullable String broker() {
        return firstGiven(broker, "SEDANO_BROKER_URL", "CELERY_BROKER_URL");
    }

    private @Nullable String store() {
        String url = firstGiven(store, "SEDANO_RESULT_BACKEND", "CELERY_RESULT_BACKEND");
        if (url != null && !url.startsWith("redis://") && !url.startsWith("rediss://")) {
            throw new WorkbenchException("--result-backend (or SEDANO_RESULT_BACKEND, CELERY_RESULT_BACKEND) must be a"
                    + " redis:// or rediss:// URL here: unset it to be provided with a Redis");
        }
        return url;
    }

    private static @Nullable String firstGiven(@Nullable String option, String... variables) {
        if (option != null) {
            return option;
        }
        for (String variable : variables) {
            String value = System.getenv(variable);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }
}
