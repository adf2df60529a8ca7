package dev.sedano.worker.handler;

import dev.sedano.worker.ConfigurationException;
import java.lang.reflect.InvocationTargetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words for what goes wrong while an application's classes are loaded. */
final class LoadFailures {
    private static final Pattern FILE_VERSION = Pattern.compile("class file version (\\d+)");
    private static final int VERSION_OF_JAVA_1 = 44;

    private LoadFailures() {}

    static ConfigurationException wrongVersion(String app, UnsupportedClassVersionError error) {
        Matcher matcher = FILE_VERSION.matcher(String.valueOf(error.getMessage()));
        String needed = matcher.find() ? String.valueOf(Integer.parseInt(matcher.group(1)) - VERSION_OF_JAVA_1) : "?";
        int here = Runtime.version().feature();
        return new ConfigurationException(
                AppLoader.OPTION,
                app,
                "was compiled for Java " + needed + ", but the worker runs on Java " + here
                        + ": start the worker with Java " + needed + ", or compile with --release " + here,
                error);
    }

    static ConfigurationException missingClass(String app, NoClassDefFoundError error) {
        return new ConfigurationException(
                AppLoader.OPTION,
                app,
                "needs class " + String.valueOf(error.getMessage()).replace('/', '.')
                        + ", which is missing: give its jar with another -A, or build one jar with all dependencies",
                error);
    }

    static Throwable cause(ReflectiveOperationException e) {
        return e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
    }
}
