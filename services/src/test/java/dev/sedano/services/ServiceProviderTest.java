package dev.sedano.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProviderTest {
    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();

    @Test
    void givenServices_areUsedAsTheyAre_andNotOurs() {
        ProvidedServices services = provider().provide(request("amqp://broker", "redis://store"));

        assertThat(services.brokerUrl()).isEqualTo("amqp://broker");
        assertThat(services.storeUrl()).isEqualTo("redis://store");
        assertThat(services.ownStore()).isEmpty();
        assertThat(said).isEmpty();
        services.close();
    }

    @Test
    void missingStore_isProvided_besidesAGivenBroker_andEndsWithUs() {
        assumeTrue(!provider().dockerAnswers(), "SKIPPED: with Docker the store is a container");

        int port;
        try (ProvidedServices services = provider().provide(request("amqp://broker", null))) {
            assertThat(services.brokerUrl()).isEqualTo("amqp://broker");
            assertThat(services.ownStore()).isPresent();
            port = Integer.parseInt(services.storeUrl().replaceAll(".*:(\\d+)/0", "$1"));
            assertThat(Handshake.redisAnswers(port)).isTrue();
        }

        assertThat(Handshake.redisAnswers(port)).isFalse();
    }

    @Test
    void dockerWithoutDaemon_isPassedOverInOneLine() throws IOException {
        Path docker = Files.writeString(folder.resolve("docker"), "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwx------"));

        assertThat(DockerServices.start(docker, folder.resolve("docker-compose.yml"), said::add))
                .isEmpty();

        assertThat(said).containsExactly("Docker is passed over: its daemon does not answer.");
    }

    @Test
    void byHandLine_namesThePackages() {
        assertThat(SystemPackages.byHand(List.of("rabbitmq-server", "redis-server")))
                .containsPattern("install .*rabbitmq");
    }

    private ServiceProvider provider() {
        return new ServiceProvider(said::add, folder.resolve("install.log"));
    }

    private ServiceRequest request(@Nullable String broker, @Nullable String store) {
        return new ServiceRequest(broker, store, false, folder.resolve("docker-compose.yml"));
    }
}
