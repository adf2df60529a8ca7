package dev.sedano.task;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How calls of a {@link Task} method are told apart. Without this annotation the key is the task id. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Idempotent {
    /**
     * A path over parameter names, such as {@code orderId} or {@code order.id}, checked when the task is registered.
     * Empty: the task id. A call whose path leads to null or blank text falls back to the task id.
     */
    String key() default "";

    /** How long a completed key is remembered, ISO-8601 such as {@code P7D}. Empty: the worker's setting, 7 days. */
    String ttl() default "";

    /** Who shares the key: empty = this task alone; the same text on several tasks = these tasks together. */
    String scope() default "";
}
