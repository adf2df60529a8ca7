package dev.sedano.task;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a parameter of a {@link Task} method gets when the caller leaves its argument out. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Default {
    /** A JSON literal that converts to the parameter's type, such as {@code 3}, {@code "\"EUR\""} or {@code null}. */
    String value();
}
