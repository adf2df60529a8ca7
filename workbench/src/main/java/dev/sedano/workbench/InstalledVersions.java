package dev.sedano.workbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The versions of programs on this machine, as they themselves say. */
final class InstalledVersions {
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[0-9A-Za-z.]*");

    private InstalledVersions() {}

    /** {@code Celery 5.7.0}, of the Python {@code program}. */
    static String celery(Path program) {
        return "Celery " + said(List.of(program.toString(), "-c", "import celery; print(celery.__version__)"));
    }

    static String rabbitMq() {
        return "RabbitMQ " + said(List.of("rabbitmqctl", "version"));
    }

    static String redis() {
        return "redis " + said(List.of("redis-server", "--version"));
    }

    private static String said(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(text);
            return version.find() ? version.group() : "of unknown version";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
