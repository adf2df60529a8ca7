package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.control.WorkerView.Bounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AutoscalerTest {
    private static final class Pool implements Autoscaler.Pool {
        private final List<Integer> ahead = new ArrayList<>();
        private int size = 4;

        @Override
        public int now() {
            return size;
        }

        @Override
        public void resize(int handlers) {
            size = handlers;
        }

        @Override
        public void aheadFor(int handlers) {
            ahead.add(handlers);
        }
    }

    private final Pool pool = new Pool();
    private int wanted;
    private long nanos;
    private final Autoscaler autoscaler = new Autoscaler(new Autoscale(2, 8), pool, () -> wanted, () -> nanos);

    private void look(int nowWanted, Duration later) {
        wanted = nowWanted;
        nanos += later.toNanos();
        autoscaler.look();
    }

    @Test
    void beginsWithTheLeast_andTakesAheadForTheMost() {
        assertThat(pool.size).isEqualTo(2);
        assertThat(pool.ahead).containsExactly(8);
    }

    @Test
    void growsAtOnce_withinBounds() {
        look(5, Autoscaler.EVERY);
        assertThat(pool.size).isEqualTo(5);

        look(100, Autoscaler.EVERY);
        assertThat(pool.size).isEqualTo(8);
    }

    @Test
    void shrinksOnlyWhenFewerWereEnoughForAWhile() {
        look(8, Autoscaler.EVERY);
        look(3, Autoscaler.KEEP.minusSeconds(1));
        assertThat(pool.size).as("too early").isEqualTo(8);

        look(8, Autoscaler.EVERY);
        look(3, Autoscaler.KEEP.minusSeconds(1));
        assertThat(pool.size).as("needed meanwhile").isEqualTo(8);

        look(3, Autoscaler.EVERY);
        assertThat(pool.size).isEqualTo(3);
        look(0, Autoscaler.KEEP);
        assertThat(pool.size).as("never below the least").isEqualTo(2);
    }

    @Test
    void newBounds_countAtOnce() {
        look(8, Autoscaler.EVERY);

        assertThat(autoscaler.bounds(4, null)).isEqualTo(new Bounds(2, 4));
        assertThat(pool.size).isEqualTo(4);
        assertThat(autoscaler.bounds(16, 6)).isEqualTo(new Bounds(6, 16));
        assertThat(pool.size).isEqualTo(6);
        assertThat(pool.ahead).containsExactly(8, 4, 16);
        assertThatThrownBy(() -> autoscaler.bounds(3, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> autoscaler.bounds(null, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(autoscaler.bounds()).isEqualTo(new Bounds(6, 16));
    }
}
