package dev.sedano.worker.runtime;

import java.nio.file.Path;
import java.util.Map;

/** Where a worker keeps its files by default. */
public final class StateDir {
    private StateDir() {}

    /** {@code $XDG_STATE_HOME/sedano/<node>}, else {@code ~/.local/state/sedano/<node>}. */
    public static Path of(Map<String, String> environment, String node) {
        String base = environment.getOrDefault("XDG_STATE_HOME", "");
        Path home = base.isBlank() || !Path.of(base).isAbsolute()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(base);
        return home.resolve("sedano").resolve(node.replaceAll("[^A-Za-z0-9._@-]", "_"));
    }
}
