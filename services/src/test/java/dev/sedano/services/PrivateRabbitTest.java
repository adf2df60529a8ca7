package dev.sedano.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateRabbitTest {
    @TempDir
    Path folder;

    @BeforeEach
    void needsRabbit() {
        assumeTrue(PrivateRabbit.installed().isPresent(), "SKIPPED: no rabbitmq-server on this machine");
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

    private static java.util.List<String> processesNaming(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .map(process -> commandLine(process.pid()))
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (java.io.IOException gone) {
            return "";
        }
    }
}
