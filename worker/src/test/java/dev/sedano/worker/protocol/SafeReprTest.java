package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SafeReprTest {
    @Test
    void valuesLookAsInPython() {
        assertThat(SafeRepr.ofArgs(List.of())).isEqualTo("()");
        assertThat(SafeRepr.ofArgs(List.of(1L))).isEqualTo("(1,)");
        assertThat(SafeRepr.ofArgs(Arrays.asList("it's", null, true, 1.5))).isEqualTo("('it\\'s', None, True, 1.5)");
        assertThat(SafeRepr.of(Map.of("a", new BigDecimal("1.10")))).isEqualTo("{'a': Decimal('1.10')}");
        assertThat(SafeRepr.of(new byte[] {(byte) 0xff, 0})).isEqualTo("b'ff00'");
        assertThat(SafeRepr.ofSet(Set.of("a"))).isEqualTo("{'a'}");
        assertThat(SafeRepr.ofException(Map.of("exc_type", "ValueError", "exc_message", List.of("no"))))
                .isEqualTo("ValueError('no')");
    }

    @Test
    void depthAndLengthAreCut() {
        assertThat(SafeRepr.ofArgs(List.of(List.of(List.of(List.of(1L)))))).isEqualTo("([[[...]]],)");
        assertThat(SafeRepr.of("x".repeat(5_000))).hasSizeLessThan(1_100).endsWith("...'");
        assertThat(SafeRepr.of(Collections.nCopies(10_000, 1L)))
                .hasSizeLessThan(1_100)
                .endsWith(", ...]");
    }
}
