package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderlyEndTest {
    @Test
    void lastStarted_endsFirst_once_andAFailureStopsNothing() {
        List<String> ended = new ArrayList<>();
        OrderlyEnd end = new OrderlyEnd();
        end.add(() -> ended.add("services"));
        end.add(() -> {
            throw new IllegalStateException("a planted failure");
        });
        end.add(() -> ended.add("worker"));

        end.close();
        end.close();

        assertThat(ended).containsExactly("worker", "services");
    }
}
