package dev.sedano.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyPathTest {
    record Order(@Nullable String id, Optional<Buyer> buyer) {}

    static final class Buyer {
        public long getNumber() {
            return 7;
        }

        public boolean isKnown() {
            return true;
        }
    }

    private static @Nullable String read(String path, @Nullable Object value) {
        return KeyPath.parse(path).textOf(value);
    }

    @Test
    void followsRecordsBeansMapsAndOptionals() {
        Order order = new Order("o-1", Optional.of(new Buyer()));

        assertThat(read("order.id", order)).isEqualTo("o-1");
        assertThat(read("order.buyer.number", order)).isEqualTo("7");
        assertThat(read("order.buyer.known", order)).isEqualTo("true");
        assertThat(read("order.a.b", Map.of("a", Map.of("b", 5)))).isEqualTo("5");
    }

    @Test
    void nullOrBlankOnTheWay_isNoKey() {
        assertThat(read("order.id", null)).isNull();
        assertThat(read("order.id", new Order(null, Optional.empty()))).isNull();
        assertThat(read("order.id", new Order("  ", Optional.empty()))).isNull();
        assertThat(read("order.buyer.number", new Order("x", Optional.empty()))).isNull();
        assertThat(read("order.a", Collections.singletonMap("a", null))).isNull();
    }

    @Test
    void sameNumberInOtherSpelling_isTheSameKey() {
        assertThat(read("n", new BigDecimal("1E+3"))).isEqualTo("1000");
        assertThat(read("n", new BigDecimal("1E+999999999"))).isEqualTo("1E+999999999");
        UUID id = UUID.fromString("00000000-0000-0000-0000-00000000000a");
        assertThat(read("n", id)).isEqualTo(id.toString());
    }

    @Test
    void wrongWay_namesStepAndType_notTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("order.nope", new Order("secret", Optional.empty())))
                .withMessageContaining("has no \"nope\"")
                .withMessageNotContaining("secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("order", List.of("secret")))
                .withMessageContaining("is no key")
                .withMessageNotContaining("secret");
    }
}
