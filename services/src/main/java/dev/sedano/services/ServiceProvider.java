package dev.sedano.services;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds or provides a broker and a store, in this order: what is given, Docker, the machine's own programs, programs that
 * the package manager installs if that is allowed. For Redis alone the last resort is the server packed with Sedano.
 *
 * <p>Not thread-safe; progress lines arrive on the calling thread.
 */
public final class ServiceProvider {
    private final Consumer<String> progress;
    private final Path log;

    /**
     * @param progress receives lines for the user
     * @param log receives the output of package managers
     */
    public ServiceProvider(Consumer<String> progress, Path log) {
        this.progress = progress;
        this.log = log;
    }

    /**
     * Provides both services, ready for use.
     *
     * @throws ServicesUnavailableException with the user's choices when one cannot be had
     * @throws ServiceException when one that is installed does not start
     */
    public ProvidedServices provide(ServiceRequest request) {
        String broker = request.brokerUrl();
        String store = request.storeUrl();
        if (broker != null && store != null) {
            return new ProvidedServices(broker, store, null, List.of());
        }
        return Programs.find("docker")
                .flatMap(docker -> DockerServices.start(docker, request.composeFile(), progress))
                .map(services -> fromDocker(request, services))
                .orElseGet(() -> fromPrograms(request));
    }

    private static ProvidedServices fromDocker(ServiceRequest request, DockerServices services) {
        String broker = request.brokerUrl();
        String store = request.storeUrl();
        return new ProvidedServices(
                broker == null ? services.brokerUrl() : broker,
                store == null ? services.url(0) : store,
                store == null ? services : null,
                List.of(services));
    }

    private ProvidedServices fromPrograms(ServiceRequest request) {
        installPrograms(request.wantsBroker(), request.wantsStore(), request.install());
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            PrivateRedis redis = null;
            String store = request.storeUrl();
            if (store == null) {
                progress.accept("Starting a private Redis (" + name(PrivateRedis.installed()) + ") ...");
                redis = PrivateRedis.start();
                owned.add(redis);
                store = redis.url(0);
            }
            String broker = request.brokerUrl();
            if (broker == null) {
                progress.accept("Starting a private RabbitMQ (" + name(PrivateRabbit.installed()) + ") ...");
                PrivateRabbit rabbit = PrivateRabbit.start();
                owned.add(rabbit);
                broker = rabbit.url();
            }
            return new ProvidedServices(broker, store, redis, owned);
        } catch (RuntimeException e) {
            new ProvidedServices("", "", null, owned).close();
            throw e;
        }
    }

    private static String name(Optional<Path> program) {
        return program.map(Path::toString).orElse("the packed server");
    }

    /**
     * Makes sure that this machine has the programs for private servers.
     *
     * @param install whether the package manager may be used
     * @throws ServicesUnavailableException with the user's choices when RabbitMQ cannot be had
     */
    public void installPrograms(boolean rabbit, boolean redis, boolean install) {
        boolean rabbitMissing = rabbit && PrivateRabbit.installed().isEmpty();
        boolean redisMissing = redis && PrivateRedis.installed().isEmpty();
        if (rabbitMissing && !install) {
            throw new ServicesUnavailableException(choices());
        }
        List<String> missing = new ArrayList<>();
        if (rabbitMissing) {
            missing.add("rabbitmq-server");
        }
        if (redisMissing && install) {
            missing.add("redis-server");
        }
        if (missing.isEmpty()) {
            return;
        }
        try {
            new SystemPackages(progress, log).install(missing);
        } catch (ServicesUnavailableException e) {
            if (rabbitMissing) {
                throw e;
            }
            progress.accept("redis-server could not be installed; using the packed server.");
        }
    }

    /** Returns whether a Docker daemon answers here. */
    public boolean dockerAnswers() {
        return Programs.find("docker").map(DockerServices::answers).orElse(false);
    }

    private static String choices() {
        return """
                No RabbitMQ to work with. Choose one:
                  * add --install           lets the package manager install what is missing
                  * --broker URL            a RabbitMQ that you have (environment: SEDANO_BROKER_URL), with
                    --result-backend URL    a Redis that you have (environment: SEDANO_RESULT_BACKEND)
                  * start Docker            the images of docker-compose.yml are then used
                  * install it yourself:    %s""".formatted(SystemPackages.byHand(List.of("rabbitmq-server", "redis-server")));
    }
}
