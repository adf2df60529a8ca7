package dev.sedano.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateRabbitTest {
    @TempDir
    Path folder;

    @BeforeEach
    void needsRabbit() {
        boolean required = "1".equals(System.getenv("SEDANO_TEST_REQUIRE_SERVICES"));
        assumeTrue(required || PrivateRabbit.installed().isPresent(), "SKIPPED: no rabbitmq-server on this machine");
    }

    @Test
    void killedNode_comesBackOnItsPort_andLeavesNoProcess() {
        PrivateRabbit rabbit = PrivateRabbit.builder().folder(folder).start();
        long first = rabbit.pid();
        try (rabbit) {
            assertThat(Handshake.amqpAnswers(rabbit.port())).isTrue();

            rabbit.kill();
            assertThat(Handshake.amqpAnswers(rabbit.port())).isFalse();
            assertThat(rabbit.isRunning()).isFalse();

            rabbit.restart();
            assertThat(Handshake.amqpAnswers(rabbit.port())).isTrue();
            assertThat(rabbit.pid()).isNotEqualTo(first);
        }

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(processesNaming(folder)).isEmpty());
        assertThat(folder.resolve("mnesia")).isDirectory();
    }

    private static List<String> processesNaming(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .map(process -> commandLine(process.pid()))
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }
}
