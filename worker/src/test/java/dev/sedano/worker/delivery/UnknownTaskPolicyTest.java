package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.MessageProperties;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownTaskPolicyTest {
    @ParameterizedTest
    @CsvSource({"0, 2", "14, 2", "15, 4", "30, 8", "45, 16", "60, 32", "99, 32", "1000, 32"})
    void pausesGrow_forWorkersThatMayOnlyBeBusy(int hops, int seconds) {
        MessageProperties properties = new MessageProperties(
                "application/json", "utf-8", "i", null, null, null, Map.of(UnknownTaskPolicy.HOPS, hops));
        Random random = new Random(1);

        for (int i = 0; i < 20; i++) {
            assertThat(UnknownTaskPolicy.HAND_ON.nextDelay(properties, random))
                    .isIn(Duration.ofSeconds(seconds), Duration.ofSeconds(2L * seconds));
        }
    }
}
