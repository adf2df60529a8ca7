package dev.sedano.examples.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class ClassPathTest {
    @Test
    void aProgramThatSends_bringsNoWorkerAlong() {
        assertThatCode(() -> Class.forName("dev.sedano.client.CeleryClient")).doesNotThrowAnyException();
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> Class.forName("dev.sedano.worker.runtime.Worker"));
    }
}
