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

        assertThat(options.keyPath()).isEqualTo("order.id");
        assertThat(options.ttl()).isEqualTo(Duration.ofHours(2));
        assertThat(options.scope()).isEqualTo("orders");
        assertThat(options.onLeaseLost()).isEqualTo(LeaseLossPolicy.WORKER_SETTING);
        assertThat(options.maxCrashes()).isEqualTo(3);
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
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.builder().maxCrashes(1).build())
                .withMessageContaining("maxCrashes 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        TaskOptions.builder().onLeaseLost(LeaseLossPolicy.ASK).build())
                .withMessageContaining("name a verifier");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.builder()
                        .verifier((call, key) -> new Verification.NotDone())
                        .onLeaseLost(LeaseLossPolicy.PARK)
                        .build())
                .withMessageContaining("use ASK");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.builder()
                        .observe(true)
                        .whenStoreDown(StoreDownPolicy.OPEN)
                        .build())
                .withMessageContaining("observe");
    }
}
