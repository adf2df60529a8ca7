package dev.sedano.worker.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExceptionEncodingTest {
    private final ExceptionEncoding encoding = new ExceptionEncoding();

    static class OutOfStock extends IllegalArgumentException {
        OutOfStock(@Nullable String message) {
            super(message);
        }
    }

    static class Rude extends RuntimeException {
        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @Test
    void exceptionsOfTheJdk_becomeBuiltins() {
        assertThat(encoding.encode(new IllegalArgumentException("no stock")))
                .isEqualTo(new PythonError("ValueError", List.of("no stock"), "builtins"));
        assertThat(encoding.encode(new NumberFormatException("x")).type()).isEqualTo("ValueError");
        assertThat(encoding.encode(new TimeoutException()))
                .isEqualTo(new PythonError("TimeoutError", List.of(), "builtins"));
        assertThat(encoding.encode(new ArrayIndexOutOfBoundsException(3)).type())
                .isEqualTo("IndexError");
        assertThat(encoding.encode(new NoSuchElementException("x")).type()).isEqualTo("LookupError");
        assertThat(encoding.encode(new UnsupportedOperationException("x")).type())
                .isEqualTo("NotImplementedError");
        assertThat(encoding.encode(new IOException("x")).type()).isEqualTo("OSError");
        assertThat(encoding.encode(new NoSuchFileException("x")).type()).isEqualTo("FileNotFoundError");
        assertThat(encoding.encode(new ArithmeticException("overflow")).type()).isEqualTo("ArithmeticError");
        assertThat(encoding.encode(new ArithmeticException("/ by zero")))
                .isEqualTo(new PythonError("ZeroDivisionError", List.of("division by zero"), "builtins"));
        assertThat(encoding.encode(new NullPointerException("x")))
                .isEqualTo(new PythonError("NullPointerException", List.of("x"), "java.lang"));
    }

    @Test
    void exceptionsOfTheApplication_keepTheirName() {
        assertThat(encoding.encode(new OutOfStock("no stock")))
                .isEqualTo(new PythonError("OutOfStock", List.of("no stock"), "dev.sedano.worker.result"));
        assertThat(encoding.encode(new OutOfStock(null) {}).type()).isEqualTo("ExceptionEncodingTest$1");
        assertThat(encoding.encode(new Rude()).args()).isEmpty();
    }

    @Test
    void with_mapsOneMoreClass() {
        ExceptionEncoding more = encoding.with(OutOfStock.class.getName(), "TypeError");

        assertThat(more.encode(new OutOfStock("x"))).isEqualTo(new PythonError("TypeError", List.of("x"), "builtins"));
        assertThat(encoding.encode(new OutOfStock("x")).type()).isEqualTo("OutOfStock");
    }

    @Test
    void packages_thatCouldBePythonModules_areMadeDistinct() {
        assertThat(ExceptionEncoding.module("os")).isEqualTo("java.os");
        assertThat(ExceptionEncoding.module("xml.dom")).isEqualTo("java.xml.dom");
        assertThat(ExceptionEncoding.module("io")).isEqualTo("java.io");
        assertThat(ExceptionEncoding.module("")).isEqualTo("java");
        assertThat(ExceptionEncoding.module("com.acme.orders")).isEqualTo("com.acme.orders");
    }

    @Test
    void longMessages_areCut() {
        assertThat(encoding.encode(new OutOfStock("x".repeat(100_000))).args().get(0))
                .asString()
                .hasSize(8 * 1024 + 3);
    }

    @Test
    void traceback_readsLikePythons() {
        Exception cause = new IOException("refused");
        cause.setStackTrace(new StackTraceElement[] {new StackTraceElement("com.acme.Api", "call", "Api.java", 7)});
        Exception exception = new IllegalArgumentException("no stock", cause);
        exception.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("com.acme.Orders", "charge", "Orders.java", 12),
            new StackTraceElement("com.acme.Native", "run", null, -2)
        });

        assertThat(new Traceback(encoding).of(exception)).isEqualTo("""
                        Traceback (most recent call last):
                          File "Api.java", line 7, in call
                        OSError: refused

                        The above exception was the direct cause of the following exception:

                        Traceback (most recent call last):
                          File "com.acme.Native", in run
                          File "Orders.java", line 12, in charge
                        ValueError: no stock
                        """);
    }

    @Test
    void traceback_isBounded_andSurvivesCycles() {
        Exception one = new RuntimeException("x".repeat(30_000));
        Exception two = new RuntimeException("end", one);
        one.initCause(two);

        assertThat(new Traceback(encoding).of(two).length()).isLessThanOrEqualTo(16 * 1024);
        assertThat(new Traceback(encoding).of(two)).endsWith("RuntimeError: end\n");
    }
}
