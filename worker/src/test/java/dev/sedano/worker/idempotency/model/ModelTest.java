package dev.sedano.worker.idempotency.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.model.BrokenDesigns.Broken;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The protocol, state by state: the sound design keeps every invariant, and no rule of it can be left out. */
class ModelTest {
    static List<Scenario> sound() {
        return Scenarios.sound();
    }

    static List<Broken> broken() {
        return BrokenDesigns.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sound")
    void soundDesign_keepsEveryInvariantInEveryState(Scenario scenario) {
        Finding finding = Explorer.explore(scenario);
        System.out.println(finding);

        assertThat(finding.broken()).as("%s", finding).isNull();
        assertThat(finding.complete()).as("every state was seen").isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void brokenDesign_isCaughtWithATrace(Broken design) {
        Finding finding = Explorer.explore(design.scenario());
        System.out.println(finding);

        assertThat(finding.broken()).as("%s", finding).isEqualTo(design.breaks());
        assertThat(finding.trace()).isNotEmpty();
    }

    /** A scenario that only holds because nothing happens in it would prove nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void repairedDesign_keepsEveryInvariantInTheSameScenario(Broken design) {
        Scenario repaired = design.scenario();
        repaired.flaws.clear();

        Finding finding = Explorer.explore(repaired);

        assertThat(finding.broken()).as("%s", finding).isNull();
        assertThat(finding.complete()).isTrue();
    }

    @Test
    void everyRule_isLeftOutOnce() {
        Set<Flaw> tried = EnumSet.of(Flaw.ACKS_WHEN_STALE);
        broken().forEach(each -> tried.addAll(each.scenario().flaws));

        assertThat(tried).containsExactlyInAnyOrder(Flaw.values());
    }

    @Test
    void everyInvariant_canBreak() {
        assertThat(broken().stream().map(Broken::breaks)).contains(Invariant.OVERLAP, Invariant.TASK_LOST);
        Set<Invariant> unbroken = EnumSet.allOf(Invariant.class);
        broken().forEach(each -> unbroken.remove(each.breaks()));

        assertThat(unbroken).isEmpty();
    }
}
