package dev.sedano.conformance.harness;

import dev.sedano.services.PrivateRabbit;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where a {@link TestBroker} runs. */
interface BrokerServer extends AutoCloseable {
    /** The image to use, which also says that Docker must be used. */
    String IMAGE = "SEDANO_TEST_RABBITMQ_IMAGE";

    /** The {@code rabbitmq-server} to use, which also says that Docker must not be used. */
    String PROGRAM = "SEDANO_TEST_RABBITMQ";

    AtomicBoolean SAID = new AtomicBoolean();

    String url();

    void kill();

    void restart();

    /** Runs {@code rabbitmqctl} against it. */
    void control(String... arguments);

    @Override
    void close();

    /** A container where Docker works, else a node of this machine; the first time it is said which. */
    static BrokerServer start() {
        if (Choice.DOCKER) {
            try {
                BrokerServer container = ContainerBroker.start();
                say("a container of " + ContainerBroker.image());
                return container;
            } catch (RuntimeException e) {
                if (System.getenv(IMAGE) != null) {
                    throw e;
                }
                say("Docker answers, but gives no RabbitMQ (" + e.getMessage() + "): this machine's rabbitmq-server");
            }
        }
        say(System.getenv(PROGRAM) == null ? "this machine's rabbitmq-server" : System.getenv(PROGRAM));
        return new NodeBroker(PrivateRabbit.start());
    }

    private static void say(String which) {
        if (SAID.compareAndSet(false, true)) {
            System.out.println("RabbitMQ of these tests: " + which);
        }
    }

    /** Asked once: Testcontainers itself takes minutes to find out that there is no Docker. */
    final class Choice {
        private static final boolean DOCKER =
                System.getenv(PROGRAM) == null && (System.getenv(IMAGE) != null || dockerAnswers());

        private Choice() {}

        private static boolean dockerAnswers() {
            try {
                Process docker = new ProcessBuilder("docker", "version", "--format", "{{.Server.Version}}")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                return docker.onExit().get(10, TimeUnit.SECONDS).exitValue() == 0;
            } catch (IOException | ExecutionException | TimeoutException none) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** A private node. */
    record NodeBroker(PrivateRabbit node) implements BrokerServer {
        @Override
        public String url() {
            return node.url();
        }

        @Override
        public void kill() {
            node.kill();
        }

        @Override
        public void restart() {
            node.restart();
        }

        @Override
        public void control(String... arguments) {
            node.control(arguments);
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
