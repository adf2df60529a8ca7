package dev.sedano.worker.result;

import dev.sedano.task.PythonException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a Java exception looks to a Python caller: those of the JDK become the builtin of the same meaning, all others
 * keep their simple name, with the Java package as module. Immutable, thread-safe.
 */
public final class ExceptionEncoding {
    private static final int LONGEST_MESSAGE = 8 * 1024;
    private static final Map<String, String> OF_JDK = Map.ofEntries(
            Map.entry("java.lang.IllegalArgumentException", "ValueError"),
            Map.entry("java.lang.IllegalStateException", "RuntimeError"),
            Map.entry("java.lang.RuntimeException", "RuntimeError"),
            Map.entry("java.lang.Exception", "Exception"),
            Map.entry("java.util.concurrent.TimeoutException", "TimeoutError"),
            Map.entry("java.net.SocketTimeoutException", "TimeoutError"),
            Map.entry("java.net.ConnectException", "ConnectionRefusedError"),
            Map.entry("java.lang.ArithmeticException", "ArithmeticError"),
            Map.entry("java.lang.IndexOutOfBoundsException", "IndexError"),
            Map.entry("java.util.NoSuchElementException", "LookupError"),
            Map.entry("java.lang.UnsupportedOperationException", "NotImplementedError"),
            Map.entry("java.io.IOException", "OSError"),
            Map.entry("java.io.UncheckedIOException", "OSError"),
            Map.entry("java.io.FileNotFoundException", "FileNotFoundError"),
            Map.entry("java.nio.file.NoSuchFileException", "FileNotFoundError"),
            Map.entry("java.nio.file.AccessDeniedException", "PermissionError"),
            Map.entry("java.lang.StackOverflowError", "RecursionError"),
            Map.entry("java.lang.OutOfMemoryError", "MemoryError"));
    /** First parts of package names that no Python module has: domains, as Java packages start with one. */
    private static final Set<String> DOMAINS =
            Set.of("com", "org", "net", "dev", "io", "edu", "gov", "java", "javax", "jakarta", "app", "tech", "cloud");

    private final Map<String, String> builtins;
    /** The modules of Python names that are no builtins. */
    private final Map<String, String> modules;

    /** The mapping described above. */
    public ExceptionEncoding() {
        this(OF_JDK, Map.of());
    }

    private ExceptionEncoding(Map<String, String> builtins, Map<String, String> modules) {
        this.builtins = builtins;
        this.modules = modules;
    }

    /**
     * Also maps the class {@code javaName} itself, not its subclasses, to a Python builtin.
     *
     * @param javaName the binary name of an exception class
     * @param builtin the name of a builtin exception of Python, e.g. {@code TypeError}
     */
    public ExceptionEncoding with(String javaName, String builtin) {
        return with(javaName, builtin, "builtins");
    }

    /**
     * Also maps the class {@code javaName} itself, not its subclasses, to an exception of a Python module.
     *
     * @param javaName the binary name of an exception class
     * @param pythonName the name of the exception in {@code module}
     */
    public ExceptionEncoding with(String javaName, String pythonName, String module) {
        Map<String, String> more = new HashMap<>(builtins);
        more.put(javaName, pythonName);
        Map<String, String> moreModules = new HashMap<>(modules);
        moreModules.put(pythonName, module);
        return new ExceptionEncoding(Map.copyOf(more), Map.copyOf(moreModules));
    }

    PythonError encode(Throwable exception) {
        if (exception instanceof PythonException python) {
            return new PythonError(
                    python.type(),
                    python.args().stream().map(ExceptionEncoding::plain).toList(),
                    python.module());
        }
        String message = message(exception);
        List<String> args = message == null ? List.of() : List.of(bounded(message));
        if (exception instanceof ArithmeticException && "/ by zero".equals(message)) {
            return new PythonError("ZeroDivisionError", List.of("division by zero"), "builtins");
        }
        String builtin = builtin(exception.getClass());
        if (builtin != null) {
            return new PythonError(builtin, args, modules.getOrDefault(builtin, "builtins"));
        }
        return new PythonError(
                typeName(exception.getClass()),
                args,
                module(exception.getClass().getPackageName()));
    }

    /**
     * An exception of the application keeps its name even if it extends one of the JDK; one of the JDK that is not
     * listed counts as the nearest listed one, but for the most general.
     */
    private @Nullable String builtin(Class<?> type) {
        String own = builtins.get(type.getName());
        if (own != null || !type.getName().startsWith("java.")) {
            return own;
        }
        for (Class<?> parent = type.getSuperclass();
                parent != null && parent != RuntimeException.class && parent != Exception.class;
                parent = parent.getSuperclass()) {
            if (builtins.containsKey(parent.getName())) {
                return builtins.get(parent.getName());
            }
        }
        return null;
    }

    private static String typeName(Class<?> type) {
        String simple = type.getSimpleName();
        return simple.isEmpty() ? type.getName().substring(type.getPackageName().length() + 1) : simple;
    }

    /**
     * The package, made so that it cannot be a module of the client: there a same-named class that is not an exception
     * makes the client raise SecurityError instead of ours.
     */
    static String module(String name) {
        int dot = name.indexOf('.');
        if (dot > 0 && DOMAINS.contains(name.substring(0, dot))) {
            return name;
        }
        return name.isEmpty() ? "java" : "java." + name;
    }

    /** What has no wire form arrives as its text, as Python's unserialisable arguments do. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Number) {
            return value;
        } else if (value instanceof List<?> list) {
            return list.stream().map(ExceptionEncoding::plain).toList();
        }
        return bounded(String.valueOf(value));
    }

    private static String bounded(String message) {
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "...";
    }

    /** An application's getMessage may itself throw; that must not cost its caller the outcome. */
    private static @Nullable String message(Throwable exception) {
        try {
            return exception.getMessage();
        } catch (RuntimeException e) {
            return null;
        }
    }
}
