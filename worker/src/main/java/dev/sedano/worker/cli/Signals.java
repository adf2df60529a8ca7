package dev.sedano.worker.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Takes process signals. A shutdown hook runs only once and cannot tell a second SIGTERM from the first, so {@code
 * sun.misc.Signal} is used, which module {@code jdk.unsupported} exports for that purpose; by reflection, because the
 * compiler's warning about it cannot be silenced.
 */
final class Signals {
    private Signals() {}

    /** Calls {@code action} with the signal's short name, such as TERM, on each such signal. */
    static void handle(String name, Consumer<String> action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        return switch (method.getName()) {
                            case "handle" -> {
                                action.accept(name);
                                yield null;
                            }
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> "handler of SIG" + name;
                        };
                    });
            Object instance = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handlerType).invoke(null, instance, handler);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException("this Java cannot take SIG" + name, e);
        }
    }
}
