package dev.sedano.task;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method as the handler of a task. Compile with {@code -parameters}: keyword arguments bind by parameter name.
 * A parameter of type {@link TaskContext} gets the context and takes no argument.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Task {
    /** The task's name on the wire, e.g. {@code billing.charge}. */
    String value();
}
