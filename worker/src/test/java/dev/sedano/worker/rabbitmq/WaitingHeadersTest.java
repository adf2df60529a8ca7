package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.protocol.MessageProperties;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WaitingHeadersTest {

    @Test
    void theCopiesOfOneAttempt_areCounted_andKeepTheirRoute() {
        Map<String, Object> once =
                WaitingHeaders.returned(delivery("orders", "a.b", Map.of("retries", 3)), SettlementReason.UNKNOWN_TASK);
        assertThat(once)
                .containsEntry("x-sedano-returned", 1)
                .containsEntry("x-sedano-hops", 1)
                .containsEntry("x-sedano-attempt", 3L);
        assertThat(WaitingHeaders.knowRoute(once)).isTrue();
        assertThat(WaitingHeaders.sayReturned(once)).isTrue();

        Map<String, Object> twice =
                WaitingHeaders.returned(delivery("orders", "a.b", once), SettlementReason.UNKNOWN_TASK);

        assertThat(twice)
                .containsEntry("x-sedano-returned", 2)
                .containsEntry("x-sedano-hops", 2)
                .containsEntry("x-sedano-exchange", "orders")
                .containsEntry("x-sedano-routing-key", "a.b");
    }

    @Test
    void whatPythonsRetryCopied_isNeitherBelievedNorKept() {
        Map<String, Object> retry = new HashMap<>(
                WaitingHeaders.delayed(delivery("orders", "a.b", Map.of("retries", 3, "x-sedano-hops", 99))));
        retry.put("x-sedano-returned", 5);
        retry.put("retries", 4);
        assertThat(WaitingHeaders.knowRoute(retry)).isFalse();
        assertThat(WaitingHeaders.sayReturned(retry)).isFalse();

        Map<String, Object> waits = WaitingHeaders.returned(delivery("", "other", retry), SettlementReason.HELD);

        assertThat(waits)
                .containsEntry("x-sedano-returned", 1)
                .containsEntry("x-sedano-attempt", 4L)
                .doesNotContainKeys("x-sedano-hops", "x-sedano-delayed", "x-sedano-exchange", "x-sedano-routing-key");
    }

    @Test
    void headersOfVersionsThatDidNotNameTheAttempt_areBelieved() {
        Map<String, Object> older = Map.of(
                "x-sedano-returned", 2, "x-sedano-exchange", "orders", "x-sedano-routing-key", "a.b", "retries", 1);

        assertThat(WaitingHeaders.knowRoute(older)).isTrue();
        assertThat(WaitingHeaders.sayReturned(older)).isTrue();
        assertThat(WaitingHeaders.returned(delivery("orders", "a.b", older), SettlementReason.HELD))
                .containsEntry("x-sedano-returned", 3);
    }

    @Test
    void whatAPersonSendsAgain_countsAsReturned_andHasAllItsHopsToCome() {
        Map<String, Object> dead = new HashMap<>(Map.of("x-sedano-hops", 100, "x-sedano-returned", 100, "retries", 1));
        WaitingHeaders.sentAgain(dead);
        assertThat(dead).containsOnlyKeys("x-sedano-returned", "x-sedano-attempt", "retries");
        assertThat(dead).containsEntry("x-sedano-returned", 101).containsEntry("x-sedano-attempt", 1L);

        dead.put("retries", 2);
        WaitingHeaders.sentAgain(dead);
        assertThat(dead).containsEntry("x-sedano-returned", 1).containsEntry("x-sedano-attempt", 2L);
    }

    private static Delivery delivery(String exchange, String routingKey, Map<String, Object> headers) {
        return new Delivery(
                "q",
                exchange,
                routingKey,
                1,
                false,
                new MessageProperties("application/json", "utf-8", "id", null, null, null, new HashMap<>(headers)),
                new byte[0],
                new Nowhere());
    }

    private static final class Nowhere implements DeliveryChannel {
        @Override
        public void settle(Delivery delivery, String task, Settlement settlement) {
            throw new AssertionError("nothing is settled here");
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }
}
