package dev.sedano.worker.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sedano.task.Task;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppLoaderTest {
    private static final String TASKS =
            "package app; public class Tasks {" + " @dev.sedano.task.Task(\"app.a\") void a(String x) {} }";
    private static final String MODULE = "package app; public class Module implements dev.sedano.task.TaskModule {"
            + " public void register(dev.sedano.task.TaskRegistry registry) {"
            + " registry.add(\"app.lambda\", (context, call) -> 1); } }";

    @TempDir
    Path dir;

    @Test
    void classesFolder_isScanned() throws IOException {
        Path classes = compile("Tasks", TASKS);

        assertThat(load(classes.toString())).containsExactly("app.a");
    }

    @Test
    void jar_isScanned() throws IOException {
        Path jar = jar(compile("Tasks", TASKS));

        assertThat(load(jar.toString())).containsExactly("app.a");
    }

    @Test
    void module_isUsedInsteadOfScanning() throws IOException {
        Path classes = compile("Tasks", TASKS);
        compile("Module", MODULE);
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve("dev.sedano.task.TaskModule"), "# ours\napp.Module # the only one\n");

        assertThat(load(classes.toString())).containsExactly("app.lambda");
        assertThat(load(jar(classes).toString())).containsExactly("app.lambda");
    }

    @Test
    void className_isFoundInAJarBesideIt() throws IOException {
        Path jar = jar(compile("Tasks", TASKS));
        Path other = Files.createDirectories(dir.resolve("other"));
        Path classes = compileInto(
                other, "Own", "package app; public class Own { @dev.sedano.task.Task(\"own\") public void own() {} }");

        assertThat(load(classes.toString(), jar.toString())).containsExactlyInAnyOrder("own", "app.a");
        assertThat(load(OwnTasks.class.getName())).containsExactly("test.own");
    }

    static final class OwnTasks {
        @Task("test.own")
        void own() {}
    }

    @Test
    void scanning_doesNotInitialiseClassesWithoutTasks() throws IOException {
        Path classes = compile("Tasks", TASKS);
        compile("Trap", "package app; public class Trap { static { System.setProperty(\"app.trap\", \"sprung\"); } }");

        load(classes.toString());

        assertThat(System.getProperty("app.trap")).isNull();
    }

    @Test
    void handlers_runWithTheirOwnClasses_untilClosed() throws IOException {
        Path classes = compile("Tasks", TASKS);
        TaskRegistry registry = new TaskRegistry();

        try (AppLoader loader = AppLoader.load(List.of(classes.toString()), registry)) {
            TaskDefinition.MethodTask task =
                    (TaskDefinition.MethodTask) registry.definitions().get(0);
            assertThat(task.method().getDeclaringClass().getClassLoader()).isSameAs(loader.classLoader());
        }
    }

    @Test
    void wrongValues_nameOptionValueAndCure() throws IOException {
        Path empty = Files.createDirectories(dir.resolve("empty"));
        Path noJar = Files.writeString(dir.resolve("text.jar"), "no jar");

        assertRefused("build/nope.jar", "does not exist");
        assertRefused("nope.jar", "does not exist");
        assertRefused("com.acme.Nope", "no class that can be found");
        assertRefused(empty.toString(), "holds no tasks");
        assertRefused(noJar.toString(), "cannot be read");
        assertRefused(String.class.getName(), "has no @Task method");
    }

    @Test
    void moduleThatIsMissing_isNamed() throws IOException {
        Path services = Files.createDirectories(dir.resolve("classes/META-INF/services"));
        Files.writeString(services.resolve("dev.sedano.task.TaskModule"), "app.Gone\n");

        assertRefused(dir.resolve("classes").toString(), "module app.Gone");
    }

    @Test
    void moduleWithoutTasks_isRefused() throws IOException {
        Path classes = compile(
                "Module",
                "package app; public class Module implements dev.sedano.task.TaskModule {"
                        + " public void register(dev.sedano.task.TaskRegistry registry) {} }");
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve("dev.sedano.task.TaskModule"), "app.Module\n");

        assertRefused(classes.toString(), "registers no task");
    }

    @Test
    void moduleThatFails_isNamed() throws IOException {
        Path classes = compile(
                "Module",
                "package app; public class Module implements dev.sedano.task.TaskModule {"
                        + " public void register(dev.sedano.task.TaskRegistry registry) {"
                        + " throw new IllegalStateException(\"no database\"); } }");
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve("dev.sedano.task.TaskModule"), "app.Module\n");

        assertRefused(classes.toString(), "module app.Module, which failed");
    }

    @Test
    void newerClassFile_namesBothJavaVersions() throws IOException {
        Path classes = compile("Tasks", TASKS);
        Path file = classes.resolve("app/Tasks.class");
        byte[] bytes = Files.readAllBytes(file);
        bytes[6] = 0;
        bytes[7] = (byte) (44 + 99);
        Files.write(file, bytes);

        assertRefused(classes.toString(), "compiled for Java 99");
        assertRefused(classes.toString(), "runs on Java " + Runtime.version().feature());
    }

    @Test
    void missingDependency_isNamed() throws IOException {
        compile("Parent", "package app; public class Parent {}");
        Path classes = compile(
                "Tasks",
                "package app; public class Tasks extends Parent { @dev.sedano.task.Task(\"a\") public void a() {} }");
        Files.delete(classes.resolve("app/Parent.class"));

        assertRefused(classes.toString(), "needs class app.Parent");
    }

    @Test
    void sameTaskTwice_namesBoth() throws IOException {
        Path classes = compile("Tasks", TASKS);
        Path jar = jar(classes);

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> load(classes.toString(), jar.toString()))
                .withMessageContaining(jar.toString())
                .withMessageContaining("\"app.a\" is registered twice");
    }

    private void assertRefused(String app, String message) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> load(app))
                .withMessageStartingWith("-A \"" + app + "\" ")
                .withMessageContaining(message);
    }

    private static List<String> load(String... apps) {
        TaskRegistry registry = new TaskRegistry();
        try (AppLoader loader = AppLoader.load(List.of(apps), registry)) {
            assertThat(loader.classLoader()).isNotNull();
            return registry.definitions().stream().map(TaskDefinition::name).toList();
        }
    }

    private Path compile(String name, String source) throws IOException {
        return compileInto(Files.createDirectories(dir.resolve("classes")), name, source);
    }

    private static Path compileInto(Path classes, String name, String source) throws IOException {
        Path file = Files.writeString(
                Files.createTempDirectory(classes.getParent(), "src").resolve(name + ".java"), source);
        List<String> command = new ArrayList<>(List.of("-parameters", "--release", "17", "-proc:none", "-cp"));
        command.add(System.getProperty("java.class.path") + System.getProperty("path.separator") + classes);
        command.addAll(List.of("-d", classes.toString(), file.toString()));
        int exit = ToolProvider.getSystemJavaCompiler().run(null, null, null, command.toArray(String[]::new));
        assertThat(exit).isZero();
        return classes;
    }

    private Path jar(Path classes) throws IOException {
        Path jar = dir.resolve("app.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> files = Files.walk(classes)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(path).toString()));
                Files.copy(path, zip);
            }
        }
        return jar;
    }
}
