package dev.sedano.worker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The checker itself: a good ledger passes, and one that is doctored in one place does not. */
class CheckerTest {
    private static final long LEASE = 10 * World.SECOND;
    /** The callback of the task is published. */
    private static final Line FOLLOWED =
            line(13, Line.Event.FOLLOWED, "").about("child", 0, 0).what("k link 0");

    private static Line line(long seconds, Line.Event event, String worker) {
        return Line.of(seconds * World.SECOND, event, worker);
    }

    private static Line about(long seconds, Line.Event event, String worker, long token) {
        return line(seconds, event, worker).about("k", 0, token);
    }

    private static Line grant(long seconds, String worker, long token, String prior) {
        return about(seconds, Line.Event.GRANTED, worker, token).what(prior).until(seconds * World.SECOND + LEASE);
    }

    /** A block, a crash in mid-run, a takeover that is announced, a completion, a verdict, and two settled copies. */
    private static List<Line> good() {
        return new ArrayList<>(List.of(
                line(0, Line.Event.RULES, "").what("RERUN").until(LEASE),
                about(0, Line.Event.SENT, "", 0).copy("c1").what("k").until(1),
                about(0, Line.Event.SENT, "", 0).copy("c2").what("k").until(1),
                grant(1, "w1.1", 1, "NONE"),
                about(1, Line.Event.TOLD, "w1.1", 1),
                about(1, Line.Event.START, "w1.1", 1).copy("c1").what("p"),
                line(2, Line.Event.CRASHED, "w1.1"),
                line(3, Line.Event.OPENED, "w2.1"),
                line(3, Line.Event.BLOCKED, "w2.1"),
                about(4, Line.Event.SETTLED, "w2.1", 0).copy("c2").what("requeue store_unavailable"),
                about(5, Line.Event.REPORTED, "w2.1", 0).what("b1").until(3 * World.SECOND),
                grant(12, "w2.1", 2, "MAY_HAVE_RUN"),
                about(12, Line.Event.TOLD, "w2.1", 2),
                about(12, Line.Event.START, "w2.1", 2).copy("c1").what("p").until(1),
                about(13, Line.Event.END, "w2.1", 2),
                about(13, Line.Event.COMPLETED, "w2.1", 2).what("first"),
                about(13, Line.Event.VERDICT, "w2.1", 0).what("b1").until(1),
                line(13, Line.Event.COUNTED, "w2.1").copy("b1").what("fp"),
                FOLLOWED,
                about(14, Line.Event.ACKED, "w2.1", 0).copy("c1").what("succeeded"),
                about(14, Line.Event.ACKED, "w2.1", 0).copy("c2").what("duplicate")));
    }

    private static List<Line> without(Line.Event event) {
        List<Line> lines = good();
        lines.removeIf(each -> each.event() == event);
        return lines;
    }

    private static List<Line> changed(Line.Event event, UnaryOperator<Line> change) {
        List<Line> lines = good();
        lines.replaceAll(each -> each.event() == event ? change.apply(each) : each);
        return lines;
    }

    private static List<Line> with(Line... more) {
        List<Line> lines = good();
        lines.addAll(List.of(more));
        return lines;
    }

    private static void caught(String invariant, List<Line> lines) {
        assertThat(Checker.check(lines)).anyMatch(violation -> violation.startsWith(invariant + " "));
    }

    @Test
    void aGoodLedger_passes() {
        assertThat(Checker.check(good())).isEmpty();
    }

    @Test
    void i1_aStartWithoutAGrantThatReachedItsWorker_isCaught() {
        caught("I1", without(Line.Event.TOLD));
    }

    @Test
    void i1_twoStartsOnOneGrant_areCaught() {
        List<Line> lines = good();
        lines.add(14, about(12, Line.Event.START, "w2.1", 2).what("p").until(1));
        caught("I1", lines);
    }

    @Test
    void i2_twoCompletionsByTwoTenures_areCaught() {
        caught("I2", with(about(15, Line.Event.COMPLETED, "w1.2", 1).what("first")));
    }

    @Test
    void i2_aCompletionByAnotherThanTheOwner_isCaught() {
        List<Line> lines = good();
        lines.add(12, about(12, Line.Event.COMPLETED, "w1.1", 1).what("first"));
        caught("I2", lines);
    }

    @Test
    void i3_aGrantAndAStartAfterTheCompletion_areCaught() {
        caught("I3", with(grant(15, "w2.1", 3, "NONE")));
        caught("I3", with(about(15, Line.Event.START, "w2.1", 2).what("p").until(1)));
    }

    @Test
    void i4_aCopyThatNeverEnds_isCaught() {
        caught("I4", with(about(15, Line.Event.SENT, "", 0).copy("c3")));
        caught("I4", with(line(20, Line.Event.LEFT, "w2.1").copy("c3")));
    }

    @Test
    void i4_anAcknowledgementOfWhatIsNotRecorded_isCaught() {
        caught("I4", without(Line.Event.COMPLETED));
    }

    @Test
    void i5_aLiveLeaseThatIsTaken_isCaught() {
        caught("I5", changed(Line.Event.GRANTED, each -> each.token() == 1 ? each.until(13 * World.SECOND) : each));
    }

    @Test
    void i5_aHealthyOwnerThatLosesItsLease_isCaught() {
        caught("I5", without(Line.Event.CRASHED));
    }

    @Test
    void i6_aSecondStartThatIsNotAnnounced_isCaught() {
        caught("I6", changed(Line.Event.START, each -> each.until(0)));
    }

    @Test
    void i6_aSecondStartWhereItIsToBeParked_isCaught() {
        caught("I6", changed(Line.Event.RULES, each -> each.what("PARK")));
    }

    @Test
    void i6_anotherPayload_isCaught() {
        caught("I6", changed(Line.Event.START, each -> each.what("p" + each.token())));
    }

    @Test
    void i6_anAnnouncementOfWhatNobodyRan_isCaught() {
        List<Line> lines = without(Line.Event.CRASHED);
        lines.removeIf(each -> each.event() == Line.Event.START && each.token() == 1);
        caught("I6", lines);
    }

    @Test
    void i6_aRedeliveredCopyAfterALoss_mustBeAnnounced() {
        List<Line> lines = with(
                about(15, Line.Event.DELIVERED, "w1.2", 0).copy("c1"),
                line(15, Line.Event.LOSS, ""),
                about(16, Line.Event.DELIVERED, "w2.1", 0).copy("c1"),
                grant(16, "w2.1", 3, "NONE"),
                about(16, Line.Event.TOLD, "w2.1", 3),
                about(16, Line.Event.START, "w2.1", 3).copy("c1").what("p"));
        caught("I6", lines);
    }

    @Test
    void i7_aTokenThatDoesNotGrow_isCaught() {
        caught("I7", changed(Line.Event.GRANTED, each -> each.token() == 1 ? each.about("k", 0, 5) : each));
    }

    @Test
    void i8_aWrongVerdict_isCaught() {
        caught("I8", changed(Line.Event.VERDICT, each -> each.until(0)));
    }

    @Test
    void i8_aVerdictGivenTwice_isCaught() {
        caught(
                "I8",
                with(
                        about(15, Line.Event.VERDICT, "w2.1", 0).what("b1").until(1),
                        line(15, Line.Event.COUNTED, "w2.1").copy("b1").what("fp")));
    }

    @Test
    void i8_aVerdictThatIsNotCounted_isCaught() {
        caught("I8", without(Line.Event.COUNTED));
        caught("I8", changed(Line.Event.COUNTED, each -> each.what("tp")));
    }

    @Test
    void i8_aVerdictForSomebodyElse_isCaught() {
        caught(
                "I8",
                changed(
                        Line.Event.COUNTED,
                        each -> Line.of(each.at(), each.event(), "w1.2")
                                .copy("b1")
                                .what("fp")));
        caught("I8", with(line(15, Line.Event.COUNTED, "w2.1").copy("b1").what("fp")));
    }

    /** What a worker did not hear as it was ending, its next life is told and counts; what it heard, it is not. */
    @Test
    void i8_aVerdictThatIsToldAgain_isRightOnlyIfItsWorkerListenedNoMore() {
        List<Line> unheard = without(Line.Event.COUNTED);
        unheard.addAll(List.of(
                line(16, Line.Event.STOPPED, "w2.1"),
                about(17, Line.Event.VERDICT, "w2.2", 0).what("b1").until(1),
                line(17, Line.Event.COUNTED, "w2.2").copy("b1").what("fp")));
        caught("I8", unheard);
        unheard.add(12, line(12, Line.Event.GAVE_UP, "w2.1"));
        assertThat(Checker.check(unheard)).isEmpty();
        caught("I8", told(unheard, "w1.2"));
        List<Line> counted = new ArrayList<>(unheard);
        counted.add(18, line(14, Line.Event.COUNTED, "w2.1").copy("b1").what("fp"));
        caught("I8", counted);
    }

    private static List<Line> told(List<Line> lines, String toWhom) {
        List<Line> changed = new ArrayList<>(lines);
        changed.replaceAll(each -> each.worker().equals("w2.2")
                ? new Line(each.at(), each.event(), toWhom, each.copy(), each.key(), 0, 0, each.what(), each.until())
                : each);
        return changed;
    }

    @Test
    void i9_anAcknowledgementBeforeWhatFollows_isCaught() {
        caught("I9", without(Line.Event.FOLLOWED));
        caught("I9", changed(Line.Event.FOLLOWED, each -> each.what("k errback 0")));
    }

    @Test
    void i9_whatIsPublishedAgainUnderAnotherId_isCaught() {
        caught("I9", with(FOLLOWED.about("other", 0, 0)));
        assertThat(Checker.check(with(FOLLOWED))).isEmpty();
    }

    @Test
    void i9_whatIsPublishedBeforeTheOutcomeIsRecorded_isCaught() {
        List<Line> lines = good();
        lines.add(5, FOLLOWED);
        caught("I9", lines);
    }

    @Test
    void i9_callbacksAndErrbacksOfOneTask_areCaught() {
        caught("I9", with(FOLLOWED.about("errback", 0, 0).what("k errback 0")));
    }

    @Test
    void i8_aReportThatIsNeverDecided_isCaught() {
        List<Line> lines = without(Line.Event.VERDICT);
        lines.removeIf(each -> each.event() == Line.Event.COUNTED);
        caught("I8", lines);
    }

    @Test
    void i8_aBlockThatIsNeverReported_isCaught() {
        caught("I8", with(line(15, Line.Event.BLOCKED, "w2.1")));
    }

    @Test
    void i10_aSecondEffectOfAStepThatRunsAtMostOnce_isCaught() {
        assertThat(Checker.check(steps())).isEmpty();
        List<Line> lines = steps();
        lines.add(12, about(12, Line.Event.EFFECT, "w2.1", 2).what("charge").until(1));
        caught("I10", lines);
    }

    @Test
    void i10_aStepThatRunsAgainAfterItsEnd_orWhoseValueNobodyMade_isCaught() {
        List<Line> lines = steps();
        lines.add(12, about(12, Line.Event.EFFECT, "w2.1", 2).what("look"));
        caught("I10", lines);
        List<Line> made = steps();
        made.add(12, about(12, Line.Event.KNOWN, "w2.1", 2).what("look").until(7));
        caught("I10", made);
    }

    /** The first owner has both effects and ends the one; the next one is told so. */
    private static List<Line> steps() {
        List<Line> lines = good();
        lines.addAll(
                6,
                List.of(
                        about(1, Line.Event.EFFECT, "w1.1", 1).what("look"),
                        about(1, Line.Event.STEPPED, "w1.1", 1).what("look"),
                        about(1, Line.Event.EFFECT, "w1.1", 1).what("charge").until(1),
                        about(1, Line.Event.KNOWN, "w2.1", 2).what("look").until(1)));
        return lines;
    }

    @Test
    void i13_whatAPersonHas_isNotGrantedAgain() {
        List<Line> lines = good();
        lines.add(6, about(2, Line.Event.PARKED, "w1.1", 0).copy("c1").what("outcome_unknown"));
        caught("I13", lines);
    }

    @Test
    void j1_aWorkerThatConsumesBeforeTheJournalIsReplayed_isCaught() {
        caught(
                "J1",
                with(
                        about(15, Line.Event.JOURNALED, "w1.1", 1),
                        about(16, Line.Event.DELIVERED, "w1.2", 0).copy("c9")));
    }

    @Test
    void j2_aRunThatIsInTheJournalOfThisHost_isCaught() {
        List<Line> lines = good();
        lines.add(6, about(1, Line.Event.JOURNALED, "w2.0", 1));
        caught("J2", lines);
    }

    @Test
    void j3_aBlockThatIsInTheJournalForEver_isCaught() {
        caught("J3", with(about(15, Line.Event.JOURNALED, "w2.1", 0).what("b9")));
    }

    @Test
    void i12_aCopyReturnedTwiceInOneOutage_isCaught() {
        caught("I12", with(about(15, Line.Event.SETTLED, "w2.1", 0).copy("c2").what("requeue store_unavailable")));
    }
}
