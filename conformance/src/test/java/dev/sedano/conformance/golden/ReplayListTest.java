package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every captured message is replayed, or listed with a reason. */
final class ReplayListTest {
    @Test
    void whatIsListed_isThere_andSaysWhy() {
        List<String> all = ReplayList.all();

        ReplayList.listed().forEach((listed, said) -> {
            assertThat(all).as(listed).anyMatch(name -> ReplayList.fits(listed, name));
            assertThat(said).as(listed).matches("(not|but (published|event|result|key|dead)(,\\w+)*): .{8,}");
        });
    }

    @Test
    void whatIsReplayed_hasMessages_andAnOutcomeWithCelery() {
        assertThat(ReplayList.replayed()).hasSizeGreaterThan(130).allSatisfy(name -> {
            assertThat(GoldenFile.read(name).sent()).isNotEmpty();
            assertThat(ReplayList.expected(name)).isNotNull();
        });
    }

    @Test
    void noTwoCalls_haveAnIdInCommon() {
        Set<String> ids = new HashSet<>();

        for (String name : ReplayList.replayed()) {
            GoldenFile.read(name)
                    .sent()
                    .forEach(message -> assertThat(ids.add(message.properties().getCorrelationId()))
                            .as(name + " " + message.properties().getCorrelationId())
                            .isTrue());
        }
    }

    @Test
    void differences_areFound() {
        Outcome celerys = ReplayList.expected("task/basic");

        assertThat(ReplayList.differences("task/basic", celerys)).isEmpty();
        assertThat(ReplayList.differences("task/basic", new Outcome(List.of("dead x"))))
                .hasSize(celerys.lines().size() + 1)
                .contains("extra   dead x");
    }
}
