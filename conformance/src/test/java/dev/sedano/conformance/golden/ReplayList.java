package dev.sedano.conformance.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which captured calls are replayed and what is expected of them. {@code replay.properties} says which are not, and which end
 * otherwise on purpose; {@code task-outcomes.json} says what Celery makes of those that were captured without a worker.
 */
final class ReplayList {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> FOLDERS = List.of("task", "results", "rpc");
    private static final String NOT = "not:";
    private static final String BUT = "but ";

    private static final String SETTINGS = "settings.";

    private static final Properties EXCEPTIONS = new Properties();
    private static final Map<String, Outcome> OF_CELERY = new TreeMap<>();

    static {
        try (InputStream list = open("replay.properties");
                InputStream told = open("task-outcomes.json")) {
            EXCEPTIONS.load(list);
            JSON.readTree(told).properties().forEach(entry -> {
                List<String> lines = new ArrayList<>();
                entry.getValue().forEach(line -> lines.add(line.stringValue()));
                OF_CELERY.put(entry.getKey(), new Outcome(lines));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ReplayList() {}

    private static InputStream open(String file) {
        return Objects.requireNonNull(ReplayList.class.getResourceAsStream("/golden/" + file), file);
    }

    /** Every captured message. */
    static List<String> all() {
        return FOLDERS.stream()
                .flatMap(folder -> GoldenFile.names(folder).stream())
                .toList();
    }

    /** What the list says about a call; null if it is to end as in Celery. */
    static @Nullable String exception(String name) {
        return said("", name);
    }

    /** The options of the worker, where Celery's had settings of its own. */
    static List<String> settings(String name) {
        String said = said(SETTINGS, name);
        return said == null ? List.of() : List.of(said.split(" "));
    }

    private static @Nullable String said(String kind, String name) {
        return EXCEPTIONS.stringPropertyNames().stream()
                .filter(listed -> fits(listed, kind + name))
                .findFirst()
                .map(EXCEPTIONS::getProperty)
                .orElse(null);
    }

    static boolean fits(String listed, String name) {
        return listed.endsWith("*") ? name.startsWith(listed.substring(0, listed.length() - 1)) : name.equals(listed);
    }

    /** What is listed, with what is said of it. */
    static Map<String, String> listed() {
        Map<String, String> listed = new TreeMap<>();
        EXCEPTIONS.stringPropertyNames().stream()
                .filter(name -> !name.startsWith(SETTINGS))
                .forEach(name -> listed.put(name, EXCEPTIONS.getProperty(name)));
        return listed;
    }

    static List<String> replayed() {
        return all().stream()
                .filter(name -> !Objects.requireNonNullElse(exception(name), "").startsWith(NOT))
                .toList();
    }

    /** What Celery makes of a call. */
    static Outcome expected(String name) {
        return OF_CELERY.computeIfAbsent(
                name,
                captured -> Objects.requireNonNull(GoldenFile.read(captured).reference(), captured));
    }

    private static Set<String> kinds(String exception) {
        return Set.of(exception.substring(BUT.length(), exception.indexOf(':')).split(","));
    }

    /** What an outcome lacks and what it has too much, but for the kinds of lines that the list excepts. */
    static List<String> differences(String name, Outcome actual) {
        String exception = exception(name);
        Set<String> excepted = exception == null ? Set.of() : kinds(exception);
        Outcome expected = expected(name).without(excepted);
        Outcome ours = actual.without(excepted);
        return Stream.concat(
                        expected.notIn(ours).stream().map(line -> "missing " + line),
                        ours.notIn(expected).stream().map(line -> "extra   " + line))
                .toList();
    }
}
