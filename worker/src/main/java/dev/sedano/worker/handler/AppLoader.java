package dev.sedano.worker.handler;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads applications, the values of {@code -A}, and registers their tasks. All jars and folders share one class loader
 * below the worker's, so a class name may lie in a jar given beside it. One thread uses it; closing it ends the class
 * loader, so that happens after the last handler ended.
 */
public final class AppLoader implements AutoCloseable {
    /** The option that errors name. */
    public static final String OPTION = "-A";

    private final URLClassLoader loader;

    private AppLoader(URLClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Loads every application and registers its tasks.
     *
     * @param apps jars, classes folders and class names
     * @return what has to be closed after the last handler ended
     * @throws ConfigurationException naming the value at fault and the cure
     */
    public static AppLoader load(List<String> apps, TaskRegistry registry) {
        List<URL> urls = new ArrayList<>();
        for (String app : apps) {
            if (isPath(app)) {
                urls.add(url(app));
            }
        }
        AppLoader loader = new AppLoader(
                new URLClassLoader("sedano-apps", urls.toArray(URL[]::new), AppLoader.class.getClassLoader()));
        try {
            for (String app : apps) {
                loader.register(app, registry);
            }
            return loader;
        } catch (RuntimeException | Error e) {
            loader.close();
            throw e;
        }
    }

    /** The class loader of the applications, for the context of the threads that run handlers. */
    public ClassLoader classLoader() {
        return loader;
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            // Its files are only read: nothing is lost, and the worker is ending.
        }
    }

    private void register(String app, TaskRegistry registry) {
        try {
            if (!isPath(app)) {
                registerClass(app, app, registry);
                return;
            }
            List<String> modules = AppContents.modules(Path.of(app));
            List<String> classes = modules.isEmpty() ? AppContents.taskClasses(Path.of(app)) : modules;
            if (classes.isEmpty()) {
                throw new ConfigurationException(
                        OPTION,
                        app,
                        "holds no tasks: annotate methods with @Task, or name a TaskModule in "
                                + AppContents.SERVICE_FILE);
            }
            for (String name : classes) {
                registerClass(app, name, registry);
            }
        } catch (UnsupportedClassVersionError e) {
            throw LoadFailures.wrongVersion(app, e);
        } catch (NoClassDefFoundError e) {
            throw LoadFailures.missingClass(app, e);
        } catch (LinkageError e) {
            throw new ConfigurationException(
                    OPTION, app, "cannot be loaded: " + e + ": build it again with its dependencies", e);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(OPTION, app, "cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    OPTION, app, "cannot be read: " + e + ": give a jar, a classes folder or a class name", e);
        }
    }

    private void registerClass(String app, String name, TaskRegistry registry) {
        Class<?> type;
        try {
            type = Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new ConfigurationException(
                    OPTION,
                    app,
                    app.equals(name)
                            ? "is no file, no folder and no class that can be found: check the spelling, or give the"
                                    + " jar that holds the class with another -A"
                            : "names the module " + name + ", which it does not hold: build it again, or correct "
                                    + AppContents.SERVICE_FILE,
                    e);
        }
        if (!TaskModule.class.isAssignableFrom(type)) {
            registry.addMethods(type);
            return;
        }
        TaskModule module = module(app, type);
        int before = registry.definitions().size();
        try {
            module.register(registry);
        } catch (IllegalArgumentException e) {
            throw e; // a task was refused: the message says which and why
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    OPTION, app, "holds module " + name + ", which failed (" + e + "): correct its register method", e);
        }
        if (registry.definitions().size() == before) {
            throw new ConfigurationException(
                    OPTION,
                    app,
                    "holds module " + name + ", which registers no task: add them to the registry it is given");
        }
    }

    private static TaskModule module(String app, Class<?> type) {
        try {
            return (TaskModule) type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new ConfigurationException(
                    OPTION,
                    app,
                    "holds module " + type.getName() + ", which cannot be made (" + LoadFailures.cause(e)
                            + "): make it a public class with a public constructor without parameters",
                    e);
        }
    }

    /** What looks like a file is one, so that a misspelt jar is not called an unknown class. */
    private static boolean isPath(String app) {
        return app.contains("/") || app.contains("\\") || app.endsWith(".jar") || Files.exists(Path.of(app));
    }

    private static URL url(String app) {
        Path path = Path.of(app);
        if (!Files.exists(path)) {
            throw new ConfigurationException(
                    OPTION,
                    app,
                    "does not exist in " + Path.of("").toAbsolutePath()
                            + ": build it first, or correct the path (a jar, a classes folder or a class name)");
        }
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new ConfigurationException(OPTION, app, "is no usable path: move the file elsewhere", e);
        }
    }
}
