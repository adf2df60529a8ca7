package dev.sedano.worker.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Celery's settings that are none of this worker's, and why; from {@code celery-settings.txt} beside this class. */
public final class CelerySettings {
    /**
     * What is said to somebody who writes such a setting.
     *
     * @param refused whether the worker does not start with it
     */
    public record Answer(boolean refused, String why) {}

    private static final Map<String, Answer> ANSWERS = read();

    private CelerySettings() {}

    /** By the setting's name. */
    public static Map<String, Answer> answers() {
        return ANSWERS;
    }

    private static Map<String, Answer> read() {
        Map<String, Answer> answers = new TreeMap<>();
        try (InputStream in = Objects.requireNonNull(CelerySettings.class.getResourceAsStream("celery-settings.txt"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        String[] parts = line.split(" : ", 3);
                        Answer answer = new Answer(parts[1].equals("refused"), parts[2]);
                        for (String name : parts[0].split(" ", -1)) {
                            answers.put(name, answer);
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException("celery-settings.txt is in our own jar", e);
        }
        return Map.copyOf(answers);
    }
}
