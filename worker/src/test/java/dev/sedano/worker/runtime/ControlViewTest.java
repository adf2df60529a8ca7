package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.control.WorkerView.BrokerView;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlViewTest {
    private static final String FIRST = "amqp://one:5672//";
    private static final String SECOND = "amqp://other:5673/jobs";
    private final List<BrokerUri> both =
            BrokerUri.parseAll("--broker", "amqp://me:secret@one//;amqp://you:secret@other:5673/jobs");

    @Test
    void theBrokerOfTheConnectionIsShown() {
        Endpoint second = new Endpoint("other", 5673, "jobs", "you", "secret", null);

        assertThat(ControlView.brokerView(both, second))
                .isEqualTo(new BrokerView("other", 5673, "you", "jobs", false, List.of(FIRST, SECOND)));
    }

    @Test
    void beforeTheFirstConnection_theFirst_andNoAlternativesIfItIsTheOnlyOne() {
        assertThat(ControlView.brokerView(both, null))
                .isEqualTo(new BrokerView("one", 5672, "me", "/", false, List.of(FIRST, SECOND)));
        assertThat(ControlView.brokerView(both.subList(0, 1), null).alternates())
                .isEmpty();
    }
}
