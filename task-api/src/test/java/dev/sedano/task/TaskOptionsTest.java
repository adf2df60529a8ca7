package dev.sedano.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TaskOptionsTest {
    @Test
    void builder_collects() {
        TaskOptions options = TaskOptions.builder()
                .key("order.id")
                .ttl(Duration.ofHours(2))
                .scope("orders")
                .build();

        assertThat(options).isEqualTo(new TaskOptions("order.id", null, Duration.ofHours(2), "orders"));
    }

    @Test
    void contradictionsAndNonsense_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> TaskOptions.builder().key("id").key(call -> "x").build())
                .withMessageContaining("keep one of them");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.builder().ttl(Duration.ZERO).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.builder().scope(" ").build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.builder().key(".id").build());
    }
}
