package dev.sedano.services;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of {@link ServiceProvider}.
 *
 * @param brokerUrl a broker that is given, or null to be provided with one
 * @param storeUrl a store that is given, or null to be provided with one
 * @param install whether the system's package manager may install missing servers
 * @param composeFile the project's {@code docker-compose.yml}
 */
public record ServiceRequest(
        @Nullable String brokerUrl, @Nullable String storeUrl, boolean install, Path composeFile) {
    boolean wantsBroker() {
        return brokerUrl == null;
    }

    boolean wantsStore() {
        return storeUrl == null;
    }
}
