package dev.sedano.worker.handler;

import dev.sedano.task.Task;
import io.github.classgraph.ClassGraph;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ScanResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads what a jar or classes folder offers, without loading a class. */
final class AppContents {
    static final String SERVICE_FILE = "META-INF/services/dev.sedano.task.TaskModule";

    private AppContents() {}

    /** The modules that the application names, by {@link java.util.ServiceLoader}'s rules; empty = none. */
    static List<String> modules(Path app) throws IOException {
        return serviceFile(app)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .distinct()
                .toList();
    }

    /** The classes that declare {@link Task} methods, by name; of this jar or folder alone. */
    static List<String> taskClasses(Path app) throws IOException {
        Path real = app.toRealPath();
        try (ScanResult scan = new ClassGraph()
                .overrideClasspath(real.toString())
                .enableMethodInfo()
                .enableAnnotationInfo()
                .ignoreClassVisibility()
                .ignoreMethodVisibility()
                .scan()) {
            return scan.getClassesWithMethodAnnotation(Task.class.getName()).stream()
                    .filter(AppContents::declaresTask)
                    .filter(found -> real.toFile().equals(found.getClasspathElementFile()))
                    .map(ClassInfo::getName)
                    .sorted()
                    .toList();
        }
    }

    private static boolean declaresTask(ClassInfo found) {
        return found.getDeclaredMethodInfo().stream().anyMatch(method -> method.hasAnnotation(Task.class.getName()));
    }

    private static String serviceFile(Path app) throws IOException {
        if (Files.isDirectory(app)) {
            Path file = app.resolve(SERVICE_FILE);
            return Files.exists(file) ? Files.readString(file) : "";
        }
        try (ZipFile jar = new ZipFile(app.toFile())) {
            ZipEntry entry = jar.getEntry(SERVICE_FILE);
            return entry == null ? "" : new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
