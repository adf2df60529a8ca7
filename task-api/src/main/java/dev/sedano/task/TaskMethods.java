package dev.sedano.task;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds and checks the {@link Task} methods of a class. */
final class TaskMethods {
    private TaskMethods() {}

    /** The tasks of {@code type}, sorted by name; {@code bean} null = make an object if one is needed. */
    static List<TaskDefinition.MethodTask> of(Class<?> type, @Nullable Object bean) {
        List<Method> methods = annotated(type);
        boolean objectNeeded = methods.stream().anyMatch(method -> !Modifier.isStatic(method.getModifiers()));
        Object target = bean == null && objectNeeded ? instantiate(type) : bean;
        List<TaskDefinition.MethodTask> tasks = new ArrayList<>();
        for (Method method : methods) {
            tasks.add(task(method, Modifier.isStatic(method.getModifiers()) ? null : target));
        }
        tasks.sort(Comparator.comparing(TaskDefinition.MethodTask::name));
        return tasks;
    }

    private static List<Method> annotated(Class<?> type) {
        List<Method> found = new ArrayList<>();
        Set<String> signatures = new HashSet<>();
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Method method : at.getDeclaredMethods()) {
                if (method.isBridge() || method.isSynthetic()) {
                    continue;
                }
                // An override hides the method it overrides, annotated or not.
                boolean overridable = (method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) == 0;
                String signature = method.getName() + Arrays.toString(method.getParameterTypes());
                if (overridable && !signatures.add(signature)) {
                    continue;
                }
                if (method.isAnnotationPresent(Task.class)) {
                    found.add(method);
                } else if (method.isAnnotationPresent(Idempotent.class)) {
                    throw noTask(method, "@Idempotent");
                } else if (method.isAnnotationPresent(AutoRetry.class)) {
                    throw noTask(method, "@AutoRetry");
                }
            }
        }
        return found;
    }

    private static IllegalArgumentException noTask(Method method, String annotation) {
        return new IllegalArgumentException("method " + TaskDefinition.describe(method) + " is " + annotation
                + " but no task: add @Task(\"name\"), or remove " + annotation);
    }

    private static TaskDefinition.MethodTask task(Method method, @Nullable Object target) {
        String name = method.getAnnotation(Task.class).value();
        for (Parameter parameter : method.getParameters()) {
            if (!parameter.isNamePresent()) {
                throw new IllegalArgumentException("task \"" + name + "\": " + TaskDefinition.describe(method)
                        + " was compiled without parameter names, so keyword arguments and key paths cannot be bound:"
                        + " compile with javac -parameters");
            }
        }
        Idempotent idempotent = method.getAnnotation(Idempotent.class);
        try {
            TaskOptions options = TaskOptions.of(idempotent, method.getAnnotation(AutoRetry.class));
            if (options.keyPath() != null) {
                KeyPath.parse(options.keyPath()).check(method);
            }
            method.setAccessible(true);
            return new TaskDefinition.MethodTask(name, method, target, options);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "task \"" + name + "\" (" + TaskDefinition.describe(method) + "): " + e.getMessage(), e);
        }
    }

    private static Object instantiate(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            throw new IllegalArgumentException("class " + type.getName()
                    + " is abstract, so no object can be made for its @Task methods: add an object of a subclass in a"
                    + " TaskModule");
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "class " + type.getName()
                            + " has no constructor without parameters: add one, or add an object in a TaskModule",
                    e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "the constructor of " + type.getName() + " failed: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException("no object of " + type.getName() + " can be made: " + e.getMessage(), e);
        }
    }
}
