package dev.sedano.task;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** One registered task. Immutable. */
public sealed interface TaskDefinition {
    /** The task's name on the wire. */
    String name();

    /** How its calls are told apart. */
    TaskOptions options();

    /** Where the task comes from, for people: a method or a handler's class. */
    String source();

    /**
     * A {@link Task} method.
     *
     * @param target the object it is called on; null for a static method
     */
    record MethodTask(String name, Method method, @Nullable Object target, TaskOptions options)
            implements TaskDefinition {
        @Override
        public String source() {
            return "method " + describe(method);
        }
    }

    /** A handler object or lambda. */
    record HandlerTask(String name, TaskHandler handler, TaskOptions options) implements TaskDefinition {
        @Override
        public String source() {
            return "handler " + handler.getClass().getName();
        }
    }

    /** {@code package.Class.method}, for messages. */
    static String describe(Method method) {
        return method.getDeclaringClass().getName() + "." + method.getName();
    }
}
