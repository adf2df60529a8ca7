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

    /** What becomes of a call whose earlier owner vanished in mid-run. */
    LeaseLossPolicy onLeaseLost() default LeaseLossPolicy.WORKER_SETTING;

    /** Who is asked when {@link #onLeaseLost} is {@code ASK}: a class with a constructor without parameters. */
    Class<? extends OutcomeVerifier> verify() default OutcomeVerifier.None.class;

    /**
     * How many runs in a row may end with the death of their worker before the call is parked as poison, its outcome
     * being FAILURE; at least 2.
     */
    int maxCrashes() default 3;

    /** What becomes of a delivery whose key is completed. */
    DuplicatePolicy duplicates() default DuplicatePolicy.ACK;

    /**
     * Exceptions after which the key is free again, for a later message (with another id) that carries the same explicit
     * key. After all others the FAILURE is the recorded outcome for that key.
     */
    Class<? extends Throwable>[] releaseOn() default {};

    /** What becomes of a call when the store cannot be asked. */
    StoreDownPolicy whenStoreDown() default StoreDownPolicy.CLOSED;

    /** Whether to run everything and only report what would have been refused (shadow mode, for introduction). */
    boolean observe() default false;
}
