package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.protocol.MessageProperties;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeliveryLimitsTest {
    private static final BrokerVersion THREE = BrokerVersion.parse("3.10.8");
    private static final BrokerVersion FOUR = BrokerVersion.parse("4.0.5");

    @ParameterizedTest
    @CsvSource({"3.10.8,true,false", "3.13.7,true,false", "4.0.5,true,true", "4.2.1,true,true", "4.3.0,false,true"})
    void versionsDifferInWhatCounts(String text, boolean countsNacks, boolean limitsByDefault) {
        assertThat(BrokerVersion.parse(text).countsNacks()).isEqualTo(countsNacks);
        assertThat(BrokerVersion.parse(text).limitsByDefault()).isEqualTo(limitsByDefault);
    }

    @ParameterizedTest
    @CsvSource({"null", "LavinMQ", "''", "5"})
    void unknownVersion_countsEveryReturn(String text) {
        assertThat(BrokerVersion.parse(text).countsNacks()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"3.9.29,false", "3.10.0,true", "4.0.5,true", "LavinMQ,false"})
    void messagesExpireInQuorumQueues_from310(String text, boolean expire) {
        assertThat(BrokerVersion.parse(text).quorumExpires()).isEqualTo(expire);
    }

    @Test
    void warnsOfLimitsWithoutDeadLetters_naming_queue_limit_and_cure() {
        assertThat(DeliveryLimits.warning("jobs", 3, false, THREE).orElseThrow())
                .contains("\"jobs\"", "delivery limit of 3", "set_policy", "jobs.dead", "DELETED");
        assertThat(DeliveryLimits.warning("jobs", null, false, FOUR).orElseThrow())
                .contains("\"jobs\"", "default delivery limit of RabbitMQ 4.0, 20 returns");
        assertThat(DeliveryLimits.warning("jobs", -1, false, THREE).orElseThrow())
                .contains("RabbitMQ 3.10 takes for 0");
    }

    @Test
    void isSilentWhereNothingCanBeLost() {
        assertThat(DeliveryLimits.warning("jobs", 3, true, THREE)).isEmpty();
        assertThat(DeliveryLimits.warning("jobs", null, false, THREE)).isEmpty();
        assertThat(DeliveryLimits.warning("jobs", -1, false, FOUR)).isEmpty();
        assertThat(DeliveryLimits.warning("jobs", null, true, FOUR)).isEmpty();
    }

    /** A header of -1 stands for none. */
    @ParameterizedTest
    @CsvSource({
        "4.0.5,-1,false",
        "4.0.5,0,false",
        "4.0.5,17,false",
        "4.0.5,18,true",
        "4.0.5,20,true",
        "3.10.8,18,true",
        "4.3.6,20,false",
        "unknown,18,true"
    })
    void unknownLimit_isTakenForTwenty_lessTwoLostConnections(String version, long count, boolean endangered) {
        DeliveryLimits limits = new DeliveryLimits(20);
        limits.broker(BrokerVersion.parse(version));

        assertThat(limits.endangers(delivery(count))).isEqualTo(endangered);
    }

    private static Delivery delivery(long count) {
        Map<String, @Nullable Object> headers = new HashMap<>();
        if (count >= 0) {
            headers.put("x-delivery-count", count);
        }
        return new Delivery(
                "jobs",
                "",
                "jobs",
                1,
                false,
                new MessageProperties("application/json", "utf-8", "id", "", null, 0, headers),
                new byte[0],
                new Nowhere());
    }

    private static final class Nowhere implements DeliveryChannel {
        @Override
        public void settle(Delivery delivery, String task, Settlement settlement) {
            throw new IllegalStateException("nothing is settled here");
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }
}
