package dev.sedano.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardTest {
    /** The program that is killed: it starts a server, says which, and waits for ever. */
    static final class Victim {
        public static void main(String[] arguments) throws IOException {
            PrivateRedis redis = PrivateRedis.start();
            System.out.println(redis.pid() + " " + redis.folder());
            System.in.read();
        }
    }

    @Test
    void killedJvm_leavesNeitherServerNorFolder() throws IOException {
        Process victim = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = victim.inputReader()) {
            String[] words = String.valueOf(output.readLine()).split(" ", 2);
            ProcessHandle server = ProcessHandle.of(Long.parseLong(words[0])).orElseThrow();
            assertThat(Path.of(words[1])).isDirectory();

            victim.destroyForcibly();

            await().atMost(Duration.ofSeconds(10)).until(() -> !server.isAlive() && Files.notExists(Path.of(words[1])));
        } finally {
            victim.destroyForcibly();
        }
    }
}
