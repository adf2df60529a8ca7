package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.rabbitmq.PrefetchStep.Add;
import dev.sedano.worker.rabbitmq.PrefetchStep.CancelLast;
import dev.sedano.worker.rabbitmq.PrefetchStep.Consumers;
import dev.sedano.worker.rabbitmq.PrefetchStep.Keep;
import dev.sedano.worker.rabbitmq.PrefetchStep.Replace;
import dev.sedano.worker.rabbitmq.PrefetchStep.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefetchStepTest {
    private static final Consumers NONE = new Consumers(0, 0, 0, 0);

    /** One consumer, all of whose deliveries are unsettled. */
    private static Consumers full(int prefetch) {
        return new Consumers(prefetch, prefetch, prefetch, 0);
    }

    private static PrefetchStep quiet(Consumers now, int least, int target) {
        return PrefetchStep.next(now, new Wanted(least, 0, target, false, false, false));
    }

    private static PrefetchStep busy(Consumers now, int least, int target) {
        return PrefetchStep.next(now, new Wanted(least, 0, target, false, true, false));
    }

    private static PrefetchStep careful(Consumers now, int least, int target, boolean busy) {
        return PrefetchStep.next(now, new Wanted(least, 0, target, true, busy, false));
    }

    private static PrefetchStep shrunk(Consumers now, int least, int target) {
        return PrefetchStep.next(now, new Wanted(least, 0, target, false, false, true));
    }

    @Test
    void beginsWithTheLeast_orWithOneWhenCareful() {
        assertThat(quiet(NONE, 8, 8)).isEqualTo(new Add(8));
        assertThat(busy(NONE, 8, 512)).isEqualTo(new Add(8));
        assertThat(careful(NONE, 8, 512, true)).isEqualTo(new Add(1));
    }

    @Test
    void beyondTheLeast_doublesWhileDeliveriesCome() {
        assertThat(quiet(full(8), 8, 100)).isEqualTo(new Keep());
        assertThat(busy(full(8), 8, 100)).isEqualTo(new Add(8));
        assertThat(busy(new Consumers(64, 32, 64, 0), 8, 100)).isEqualTo(new Add(36));
        assertThat(busy(full(8), 8, 8)).isEqualTo(new Keep());
    }

    /** A delivery that waits for another worker's lease may be all that a worker with one slot was given. */
    @Test
    void whatIsHeld_isNoReasonToGetNothingElse_evenIfNothingComes() {
        assertThat(PrefetchStep.next(full(1), new Wanted(1, 1, 2, false, false, false)))
                .isEqualTo(new Add(1));
        assertThat(PrefetchStep.next(full(4), new Wanted(2, 4, 6, false, false, false)))
                .isEqualTo(new Add(2));
        assertThat(PrefetchStep.next(full(1), new Wanted(1, 1, 2, true, false, false)))
                .as("carefully, too")
                .isEqualTo(new Add(1));
        assertThat(PrefetchStep.next(full(2), new Wanted(4, 1, 5, true, false, false)))
                .isEqualTo(new Keep());
    }

    @Test
    void moreSlots_areServedThoughNothingCame() {
        assertThat(quiet(full(1), 2, 2)).isEqualTo(new Add(1));
        assertThat(quiet(full(2), 10, 10)).isEqualTo(new Add(8));
    }

    @Test
    void whenCareful_growsOnlyAsDeliveriesCome() {
        assertThat(careful(full(1), 8, 8, false)).isEqualTo(new Keep());
        assertThat(careful(full(1), 8, 8, true)).isEqualTo(new Add(1));
        assertThat(careful(new Consumers(4, 2, 4, 0), 8, 6, true)).isEqualTo(new Add(2));
    }

    @Test
    void whatCancelledConsumersTook_countsUntilItIsSettled() {
        assertThat(quiet(new Consumers(0, 0, 6, 6), 8, 8)).isEqualTo(new Add(2));
        assertThat(quiet(new Consumers(0, 0, 9, 9), 8, 8)).as("never none").isEqualTo(new Add(1));
        assertThat(quiet(new Consumers(1, 1, 8, 7), 8, 8)).isEqualTo(new Keep());
        assertThat(quiet(new Consumers(1, 1, 6, 5), 8, 8)).isEqualTo(new Add(2));
        assertThat(busy(new Consumers(8, 8, 16, 8), 8, 16)).isEqualTo(new Keep());
        assertThat(new Consumers(1, 1, 8, 7).reach(8)).isTrue();
        assertThat(new Consumers(0, 0, 8, 8).reach(8)).isFalse();
    }

    @Test
    void ofManySlots_theGrowthIsNotOneByOne() {
        assertThat(quiet(new Consumers(40, 20, 100, 59), 100, 100)).isEqualTo(new Keep());
        assertThat(quiet(new Consumers(40, 20, 88, 48), 100, 100)).isEqualTo(new Add(12));
        assertThat(quiet(new Consumers(97, 20, 97, 0), 100, 100)).isEqualTo(new Add(3));
    }

    @Test
    void slowerHandlers_costTheConsumersThatWereAddedLast() {
        assertThat(quiet(new Consumers(64, 32, 0, 0), 2, 2)).isEqualTo(new CancelLast());
        assertThat(quiet(new Consumers(4, 2, 0, 0), 2, 2)).as("not to and fro").isEqualTo(new Keep());
    }

    /** What was held is added in one piece. */
    @Test
    void aLastConsumerThatIsLargerThanAllOthers_goes_whenItIsTooMuch() {
        assertThat(quiet(new Consumers(2008, 2000, 0, 0), 8, 8)).isEqualTo(new CancelLast());
        assertThat(quiet(new Consumers(2008, 2000, 2008, 0), 8, 8)).isEqualTo(new CancelLast());
        assertThat(quiet(new Consumers(2004, 2000, 6, 0), 8, 8)).isEqualTo(new Replace(2));
        assertThat(quiet(new Consumers(16, 12, 0, 0), 8, 8))
                .as("not to and fro")
                .isEqualTo(new Keep());
        assertThat(quiet(new Consumers(8, 8, 2008, 2000), 8, 8))
                .as("then what it took ends")
                .isEqualTo(new Keep());
    }

    /** From any consumers, with everything taken, towards any target: it ends, and with enough. */
    @Test
    void whereverItBegins_itComesToRest_betweenTheTargetAndTwiceAsMuch() {
        for (int first = 1; first <= 20; first++) {
            for (int last = 1; last <= 50; last++) {
                for (int target = 4; target <= 40; target++) {
                    Deque<Integer> consumers = new ArrayDeque<>(List.of(first, last));
                    int steps = 0;
                    PrefetchStep step;
                    do {
                        int prefetch = consumers.stream().mapToInt(each -> each).sum();
                        step = busy(new Consumers(prefetch, consumers.getLast(), 0, 0), 4, target);
                        if (step instanceof Add more) {
                            consumers.add(more.prefetch());
                        } else if (step instanceof CancelLast) {
                            consumers.removeLast();
                        } else if (step instanceof Replace one) {
                            consumers.clear();
                            consumers.add(one.prefetch());
                        }
                        steps++;
                    } while (!(step instanceof Keep) && steps < 20);
                    assertThat(steps).isLessThan(10);
                    assertThat(consumers.stream().mapToInt(each -> each).sum()).isBetween(target, 2 * target);
                }
            }
        }
    }

    @Test
    void fewerSlots_replaceConsumersThatTakeTooMuch() {
        assertThat(shrunk(full(8), 6, 6)).isEqualTo(new Replace(1));
        assertThat(shrunk(new Consumers(2, 1, 0, 0), 1, 1)).isEqualTo(new Replace(1));
        assertThat(shrunk(new Consumers(8, 8, 2, 0), 6, 6)).isEqualTo(new Replace(4));
        assertThat(shrunk(full(8), 6, 100)).as("handlers are fast").isEqualTo(new Keep());
        assertThat(quiet(full(8), 2, 2)).as("they were fast then").isEqualTo(new Replace(1));
    }

    @Test
    void aPoolThatShrinksUnderLoad_takesNoMoreThanOneBeyondWhatRuns_andEndsWithTheLeast() {
        int running = 16; // of a consumer of 16; 4 slots from now on, and the handlers end one after the other
        List<PrefetchStep> steps = new ArrayList<>(List.of(shrunk(full(16), 4, 4)));
        int prefetch = 1;
        for (; running >= 0; running--) {
            PrefetchStep step = quiet(new Consumers(prefetch, 1, running + prefetch, running), 4, 4);
            if (step instanceof Add add) {
                prefetch += add.prefetch();
            }
            steps.add(step);
        }

        assertThat(steps.get(0)).isEqualTo(new Replace(1));
        assertThat(prefetch).isEqualTo(4);
    }
}
