package dev.sedano.conformance.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which captured conversations and events are compared: all but those that {@code control.properties} lists with a
 * reason, and for some not each part.
 */
final class ControlList {
    private static final List<String> FOLDERS = List.of("control", "events");
    private static final String NOT = "not:";
    private static final String BUT = "but ";
    private static final Map<String, String> LISTED = new TreeMap<>();

    static {
        try (InputStream list = ControlList.class.getResourceAsStream("/golden/control.properties")) {
            Properties read = new Properties();
            read.load(Objects.requireNonNull(list, "golden/control.properties"));
            read.stringPropertyNames().forEach(name -> LISTED.put(name, read.getProperty(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ControlList() {}

    static List<String> all() {
        return FOLDERS.stream()
                .flatMap(folder -> GoldenFile.names(folder).stream())
                .toList();
    }

    static Map<String, String> listed() {
        return LISTED;
    }

    private static String said(String name) {
        return LISTED.entrySet().stream()
                .filter(entry -> ReplayList.fits(entry.getKey(), name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    static List<String> compared(String folder) {
        return GoldenFile.names(folder).stream()
                .filter(name -> !said(name).startsWith(NOT))
                .toList();
    }

    /** The differences that are not excepted. */
    static List<String> unexcepted(String name, List<String> differences) {
        String said = said(name);
        Set<String> excepted = said.startsWith(BUT)
                ? Set.of(said.substring(BUT.length(), said.indexOf(':')).split(","))
                : Set.of();
        return differences.stream()
                .filter(difference -> Stream.of(difference.substring(0, difference.indexOf(':')))
                        .noneMatch(path -> excepted.stream().anyMatch(path::startsWith)))
                .toList();
    }
}
