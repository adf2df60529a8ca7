package dev.sedano.worker.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.sedano.worker.ConfigurationException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the worker logs: to standard error, by Celery's names of levels.
 *
 * @param json one JSON object per line instead of text
 */
record LogSettings(Level level, boolean json) {
    private static final String TEXT =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0}%replace( %X{task_id}){'^ $', ''}: %msg%n";

    /** Reads the options; null = INFO and text. */
    static LogSettings parse(@Nullable String level, @Nullable String format) {
        String levelName = level == null ? "INFO" : level.strip().toUpperCase(Locale.ROOT);
        Level parsed = switch (levelName) {
            case "TRACE" -> Level.TRACE;
            case "DEBUG" -> Level.DEBUG;
            case "INFO" -> Level.INFO;
            case "WARNING", "WARN" -> Level.WARN;
            case "ERROR", "CRITICAL", "FATAL" -> Level.ERROR;
            default ->
                throw new ConfigurationException(
                        "-l", String.valueOf(level), "is no level: use DEBUG, INFO, WARNING, ERROR or CRITICAL");
        };
        String formatName = format == null ? "text" : format.strip().toLowerCase(Locale.ROOT);
        if (!formatName.equals("text") && !formatName.equals("json")) {
            throw new ConfigurationException("--log-format", formatName, "is unknown: use text or json");
        }
        return new LogSettings(parsed, formatName.equals("json"));
    }

    /** Replaces Logback's configuration. */
    void apply() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Encoder<ILoggingEvent> encoder = json ? jsonLines() : text(context);
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(console);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(TEXT);
        return encoder;
    }

    private static Encoder<ILoggingEvent> jsonLines() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        return encoder;
    }
}
