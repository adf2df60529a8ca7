package dev.sedano.examples.pos;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which layers are switched on.
 *
 * @param apiKey the API gets the same Idempotency-Key at every push of a call
 * @param uniqueIndex the database refuses a second open or charged payment of an order
 * @param claim a push is claimed before it is made, and not repeated blindly when nobody knows how it ended
 */
record Layers(boolean apiKey, boolean uniqueIndex, boolean claim) {
    /** A layer by the name that {@code --without} takes. */
    enum Layer {
        API_KEY,
        UNIQUE_INDEX,
        CLAIM;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static Layers without(Set<Layer> off) {
        return new Layers(!off.contains(Layer.API_KEY), !off.contains(Layer.UNIQUE_INDEX), !off.contains(Layer.CLAIM));
    }

    /** As handed to the worker; a real application has no such switches. */
    Map<String, String> environment() {
        return Map.of(
                "LAYER_API_KEY", Boolean.toString(apiKey),
                "LAYER_UNIQUE_INDEX", Boolean.toString(uniqueIndex),
                "LAYER_CLAIM", Boolean.toString(claim));
    }

    static Layers of(Map<String, String> environment) {
        return new Layers(
                isOn(environment, "LAYER_API_KEY"),
                isOn(environment, "LAYER_UNIQUE_INDEX"),
                isOn(environment, "LAYER_CLAIM"));
    }

    private static boolean isOn(Map<String, String> environment, String variable) {
        return !"false".equals(environment.get(variable));
    }
}
