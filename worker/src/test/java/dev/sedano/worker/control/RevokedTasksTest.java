package dev.sedano.worker.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RevokedTasksTest {
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final RevokedTasks revoked = new RevokedTasks(Duration.ofHours(1), new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    @Test
    void revokesAreForgottenInTime() {
        revoked.add(List.of("a", "b"));
        now = now.plusSeconds(1800);
        revoked.add(List.of("a", "c"));

        assertThat(revoked.ids()).containsExactly("b", "a", "c");

        now = now.plusSeconds(1800);
        assertThat(revoked.ids()).containsExactly("a", "c");
        now = now.plusSeconds(1800);
        assertThat(revoked.ids()).isEmpty();
    }

    @Test
    void ofTooManyTheOldestAreForgotten_andStampsAreNoIds() {
        revoked.add(List.of("oldest", RevokedTasks.stamp("tenant", "evil")));
        revoked.add(
                IntStream.range(0, RevokedTasks.MOST).mapToObj(i -> "id-" + i).toList());

        assertThat(revoked.ids()).hasSize(RevokedTasks.MOST).doesNotContain("oldest");
    }
}
