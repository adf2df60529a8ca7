package dev.sedano.services;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A broker and a store to work with. Closing ends what was started for us and never what was given.
 *
 * <p>Immutable; {@link #close()} may be called more than once.
 */
public final class ProvidedServices implements AutoCloseable {
    private final String brokerUrl;
    private final String storeUrl;
    private final @Nullable StoppableStore ownStore;
    private final List<AutoCloseable> owned;

    ProvidedServices(String brokerUrl, String storeUrl, @Nullable StoppableStore ownStore, List<AutoCloseable> owned) {
        this.brokerUrl = brokerUrl;
        this.storeUrl = storeUrl;
        this.ownStore = ownStore;
        this.owned = List.copyOf(owned);
    }

    /** Returns the broker's {@code amqp://} URL; one that was given may carry a password. */
    public String brokerUrl() {
        return brokerUrl;
    }

    /** Returns the store's {@code redis://} URL; one that was given may carry a password. */
    public String storeUrl() {
        return storeUrl;
    }

    /** Returns the store if it is ours to stop, empty if it was given. */
    public Optional<StoppableStore> ownStore() {
        return Optional.ofNullable(ownStore);
    }

    @Override
    public void close() {
        for (AutoCloseable service : owned) {
            try {
                service.close();
            } catch (Exception e) {
                System.getLogger(ProvidedServices.class.getName())
                        .log(System.Logger.Level.WARNING, "a service could not be ended: {0}", e.getMessage());
            }
        }
    }
}
