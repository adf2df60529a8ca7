package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code -P virtual} on a JDK that has virtual threads; skipped where only older ones are found. */
final class VirtualThreadsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int LONG_TERM_SUPPORT = 25;

    @Test
    void tasksRun() {
        Optional<Path> jdk = candidates().filter(VirtualThreadsIT::isRecent).findFirst();
        Assumptions.assumeTrue(jdk.isPresent(), "no JDK " + LONG_TERM_SUPPORT + " or newer found");
        String queue = HARNESS.queue();
        HARNESS.start(HARNESS.worker(queue).javaHome(jdk.get()).concurrency(50).options("-P", "virtual"));
        List<CeleryMessage> messages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            messages.add(CeleryMessage.of("proj.add", i, 1));
        }

        HARNESS.publisher().publish(queue, messages);

        try (StoredResult results = new StoredResult(TestStore.shared().connect(0))) {
            for (int i = 0; i < messages.size(); i++) {
                assertThat(results.await(messages.get(i).id()).get("result").intValue())
                        .isEqualTo(i + 1);
            }
        }
    }

    private static Stream<Path> candidates() {
        Stream.Builder<Path> found = Stream.builder();
        found.add(Path.of(System.getProperty("java.home")));
        for (String folder : new String[] {
            "/usr/lib/jvm", "/opt/java", "/opt", System.getProperty("user.home") + "/.sdkman/candidates/java"
        }) {
            try (Stream<Path> homes = Files.list(Path.of(folder))) {
                homes.sorted().toList().forEach(found::add);
            } catch (IOException none) {
                // not a place for JDKs on this machine
            }
        }
        return found.build();
    }

    private static boolean isRecent(Path home) {
        Path release = home.resolve("release");
        if (!Files.isReadable(release) || !Files.isExecutable(home.resolve("bin/java"))) {
            return false;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String digits = properties.getProperty("JAVA_VERSION", "0").replaceAll("^\"?([0-9]+).*$", "$1");
        return Integer.parseInt(digits) >= LONG_TERM_SUPPORT;
    }
}
