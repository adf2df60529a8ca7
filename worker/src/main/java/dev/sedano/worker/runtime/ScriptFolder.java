package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.ScriptTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A folder with the store's scripts, for workers in other languages. */
public final class ScriptFolder {
    private ScriptFolder() {}

    /**
     * Writes each script into a file of its name with the ending {@code .lua}; other files of {@code folder} stay.
     *
     * @return the files, sorted
     * @throws ConfigurationException if the folder cannot be written to
     */
    public static List<Path> write(Path folder) {
        List<Path> files = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> script : ScriptTexts.byName().entrySet()) {
                files.add(Files.writeString(folder.resolve(script.getKey() + ".lua"), script.getValue()));
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    "--out",
                    folder.toString(),
                    "cannot be written to (" + e.getClass().getSimpleName() + "): name a folder that you may write to",
                    e);
        }
        return List.copyOf(files);
    }
}
