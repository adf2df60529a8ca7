package dev.sedano.worker.delivery;

import dev.sedano.task.TaskContext;
import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.ToldErrbacks;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ChordStore.Counted;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultState;
import dev.sedano.worker.result.StoredResults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts parts of chords and lets the last one publish the body, together with Python workers on the same keys (CONTRACT
 * §6.1). Every step may be repeated, by any worker: a part counts once, and a body has one id. Thread-safe.
 */
final class ChordRun {
    private static final Logger LOG = LoggerFactory.getLogger(ChordRun.class);
    private static final long READ_SECONDS = 10;
    /**
     * A waiting client of Celery looks for failures of the header once, and subscribes to the body's result then
     * (celery/result.py, {@code AsyncResult.get}). Both within that moment show it ChordError in place of the header's own
     * exception; Celery's worker takes longer between them.
     */
    private static final Duration BODY_FAILS_AFTER = Duration.ofMillis(50);

    private static final Set<String> READY =
            Set.of(ResultState.SUCCESS.name(), ResultState.FAILURE.name(), ResultState.REVOKED.name());
    /** What Celery's join ends with. */
    private static final Map<String, Object> NOT_STORED = Map.of(
            "exc_type",
            "TimeoutError",
            "exc_message",
            List.of("The operation timed out: the result is not stored"),
            "exc_module",
            "celery.exceptions");

    private final @Nullable ChordStore store;
    private final FollowUps followUps;
    private final ResultEncoder encoder;
    private final StoredResults storedResults;
    private final ResultForm form;
    private final Function<Duration, CompletableFuture<Boolean>> pause;

    /**
     * @param store null when the result backend keeps no chords: then parts count for nothing, as in Celery
     * @param pause completes when so much time is over
     */
    ChordRun(
            @Nullable ChordStore store,
            FollowUps followUps,
            ResultEncoder encoder,
            StoredResults storedResults,
            Function<Duration, CompletableFuture<Boolean>> pause) {
        this.store = store;
        this.followUps = followUps;
        this.encoder = encoder;
        this.storedResults = storedResults;
        this.form = encoder.form();
        this.pause = pause;
    }

    /**
     * Counts a part.
     *
     * @param calling does what calls the body; what can never be sent fails with UnsendableException
     * @param telling does what follows the body's failure; what can never be sent does not fail
     * @return fails when it must be asked again
     */
    CompletableFuture<?> count(
            FollowUp.ChordPart part,
            Function<FollowUp, CompletableFuture<?>> calling,
            Function<FollowUp, CompletableFuture<?>> telling) {
        ChordStore chords = store;
        if (chords == null) {
            return CompletableFuture.completedFuture(true);
        }
        Integer place = part.groupIndex();
        ChordStore.Part counted = new ChordStore.Part(
                part.group(), part.taskId(), place == null ? "+inf" : place.toString(), form.toStore(part.value()));
        return chords.count(counted).thenCompose(reply -> {
            if (reply instanceof Counted.HeldByAnother) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("another worker publishes the chord's body"));
            } else if (reply instanceof Counted.Complete complete) {
                return results(chords, complete)
                        .thenCompose(header -> header instanceof Header.Joined joined
                                ? called(chords, counted, part, joined, calling, telling)
                                : failed(chords, counted, part, header, telling));
            }
            return CompletableFuture.completedFuture(true);
        });
    }

    /** What can never be sent, however often it is tried, is the body's failure. */
    private CompletableFuture<Boolean> called(
            ChordStore chords,
            ChordStore.Part counted,
            FollowUp.ChordPart part,
            Header.Joined header,
            Function<FollowUp, CompletableFuture<?>> calling,
            Function<FollowUp, CompletableFuture<?>> telling) {
        CompletableFuture<?> sent;
        try {
            sent = all(bodyOf(part, header), calling);
        } catch (RuntimeException e) {
            return failed(chords, counted, part, unsendable(e), telling);
        }
        return sent.handle((done, thrown) -> {
                    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
                    if (cause == null) {
                        return chords.end(counted).thenApply(ended -> true);
                    }
                    return cause instanceof UnsendableException never
                            ? failed(chords, counted, part, unsendable(never), telling)
                            : CompletableFuture.<Boolean>failedFuture(cause);
                })
                .thenCompose(next -> next);
    }

    private CompletableFuture<Boolean> failed(
            ChordStore chords,
            ChordStore.Part counted,
            FollowUp.ChordPart part,
            Header header,
            Function<FollowUp, CompletableFuture<?>> telling) {
        return pause.apply(BODY_FAILS_AFTER)
                .thenCompose(over -> all(failureOf(part, header), telling))
                .thenCompose(done -> chords.fail(counted))
                .thenApply(ended -> true);
    }

    /** A body that is no signature, or has an errback that is none, is the same each time: its result says so at least. */
    private List<FollowUp> failureOf(FollowUp.ChordPart part, Header header) {
        try {
            return bodyOf(part, header);
        } catch (RuntimeException e) {
            LOG.error("not all that follows the failure of a chord's body can be called: {}", problem(e));
            LOG.debug("where it cannot be called", e);
        }
        try {
            return bodyOf(FollowUps.withoutErrbacks(part), header);
        } catch (RuntimeException e) {
            LOG.debug("it is not for its errbacks alone", e);
            return bodyOf(FollowUps.bare(part), header);
        }
    }

    private static Header unsendable(RuntimeException why) {
        String problem = why instanceof UnsendableException ? String.valueOf(why.getMessage()) : problem(why);
        LOG.error("the body of a chord cannot be sent, it fails: {}", problem);
        LOG.debug("where it cannot be sent", why);
        return new Header.Lost(ResultEncoder.callbackError(problem));
    }

    /** Says how many parts a chord has: before any is sent. */
    CompletableFuture<?> prepare(FollowUp preparation) {
        ChordStore chords = store;
        if (chords == null) {
            return CompletableFuture.completedFuture(true);
        } else if (preparation instanceof FollowUp.ChordSize size) {
            byte[] header = size.header();
            return chords.begin(size.group(), size.size(), header == null ? null : form.toStore(header));
        }
        FollowUp.ChordAddition addition = (FollowUp.ChordAddition) preparation;
        return chords.add(addition.group(), addition.taskId(), addition.parts());
    }

    private static CompletableFuture<?> all(List<FollowUp> followUps, Function<FollowUp, CompletableFuture<?>> doing) {
        return these(followUps.stream().filter(FollowUp::isPreparation).toList(), doing)
                .thenCompose(prepared -> these(
                        followUps.stream().filter(each -> !each.isPreparation()).toList(), doing));
    }

    private static CompletableFuture<?> these(
            List<FollowUp> followUps, Function<FollowUp, CompletableFuture<?>> doing) {
        return CompletableFuture.allOf(followUps.stream().map(doing).toArray(CompletableFuture<?>[]::new));
    }

    /**
     * The header's results in the header's structure; a failure in place of the first that failed; or nothing that the body
     * could be called with. A store that cannot be reached is no header, and asked again.
     */
    private sealed interface Header {
        record Joined(List<@Nullable Object> results) implements Header {}

        record Failed(String taskId, @Nullable Object error, ToldErrbacks told) implements Header {}

        /**
         * It cannot be read, or not be sent, which is final, as the same bytes fail again; or nobody asks for it any more.
         *
         * @param error what the body fails with
         */
        record Lost(String error) implements Header {}
    }

    private static Header unreadable(RuntimeException why) {
        LOG.error("the results of a chord's header cannot be read, its body fails: {}", problem(why));
        LOG.debug("where they cannot be read", why);
        return new Header.Lost(ResultEncoder.joinError(problem(why)));
    }

    /** Only our own exception is known to hold nothing of the values. */
    private static String problem(RuntimeException why) {
        return why instanceof ProtocolException
                ? String.valueOf(why.getMessage())
                : why.getClass().getName();
    }

    private CompletableFuture<Header> results(ChordStore chords, Counted.Complete complete) {
        try {
            return read(chords, complete);
        } catch (ProtocolException | IllegalArgumentException e) { // not what a store throws that cannot be reached
            return CompletableFuture.completedFuture(unreadable(e));
        }
    }

    private CompletableFuture<Header> read(ChordStore chords, Counted.Complete complete) {
        byte[] saved = complete.savedGroup();
        List<@Nullable Object> values = new ArrayList<>();
        Map<String, ToldErrbacks> told = new HashMap<>();
        for (byte[] part : complete.parts()) {
            if (!(form.read(part) instanceof List<?> fields) || fields.size() != 4) {
                throw new ProtocolException("a part is no list of version, id, state and result");
            }
            String id = String.valueOf(fields.get(1));
            Object value = fields.get(3);
            if (!ResultState.SUCCESS.name().equals(fields.get(2))) {
                ToldErrbacks known = ToldErrbacks.readFrom(value);
                if (saved == null) {
                    return CompletableFuture.completedFuture(new Header.Failed(id, ToldErrbacks.without(value), known));
                }
                told.put(id, known);
            }
            values.add(value);
        }
        return saved == null
                ? CompletableFuture.completedFuture(new Header.Joined(values))
                : joined(chords, SavedGroup.of(form.read(saved)), told, true).thenApply(Objects::requireNonNull);
    }

    /**
     * The stored results of a header.
     *
     * @param told the errbacks that know of failures, by the ids of what failed
     * @param all whether they must be there: results are stored before they count, so a missing one is not stored at all
     * @return null if one is missing
     */
    private CompletableFuture<@Nullable Header> joined(
            ChordStore chords, SavedGroup group, Map<String, ToldErrbacks> told, boolean all) {
        List<String> ids = group.taskIds();
        CompletableFuture<List<byte @Nullable []>> stored =
                ids.isEmpty() ? CompletableFuture.completedFuture(List.of()) : chords.read(ids);
        return stored.thenApply(records -> {
            try {
                return joined(records, group, told, all);
            } catch (RuntimeException e) {
                return unreadable(e);
            }
        });
    }

    private @Nullable Header joined(
            List<byte @Nullable []> records, SavedGroup group, Map<String, ToldErrbacks> told, boolean all) {
        List<String> ids = group.taskIds();
        List<@Nullable Object> values = new ArrayList<>();
        Header.Failed failed = null;
        for (int i = 0; i < ids.size(); i++) {
            byte[] record = records.get(i);
            Map<?, ?> fields = record != null && form.read(record) instanceof Map<?, ?> map ? map : Map.of();
            String state = fields.get("status") instanceof String text ? text : "";
            if (!all && !READY.contains(state)) {
                return null;
            }
            Object value = record == null ? NOT_STORED : fields.get("result");
            if (failed == null && !ResultState.SUCCESS.name().equals(state)) {
                failed = new Header.Failed(ids.get(i), value, told.getOrDefault(ids.get(i), ToldErrbacks.NONE));
            }
            values.add(value);
        }
        return failed == null ? new Header.Joined(group.shape(values.iterator())) : failed;
    }

    /**
     * What follows the header of a chord that nobody counts, asked on a handler's thread.
     *
     * @param results the header's result tuples
     * @return null if a result is missing
     */
    FollowUps.@Nullable Plan joined(TaskContext context, String group, Map<?, ?> body, List<@Nullable Object> results)
            throws Exception {
        ChordStore chords = store;
        if (chords == null) {
            throw new IllegalStateException(
                    "this worker keeps no results in Redis: chords need --result-backend redis://");
        }
        FollowUp.ChordPart part = partOf(context, group, body);
        Header header = joined(
                        chords, SavedGroup.of(Arrays.asList(Arrays.asList(group, null), results)), Map.of(), false)
                .get(READ_SECONDS, TimeUnit.SECONDS);
        return header == null ? null : new FollowUps.Plan(sendable(part, header), List.of());
    }

    private List<FollowUp> sendable(FollowUp.ChordPart part, Header header) {
        try {
            return bodyOf(part, header);
        } catch (RuntimeException e) {
            return failureOf(part, unsendable(e));
        }
    }

    /** The failure of a body for whose header nobody waits any longer: without it, the caller waits for ever. */
    FollowUps.Plan givenUp(TaskContext context, String group, Map<?, ?> body, String why) {
        return new FollowUps.Plan(failureOf(partOf(context, group, body), new Header.Lost(why)), List.of());
    }

    private static FollowUp.ChordPart partOf(TaskContext context, String group, Map<?, ?> body) {
        return new FollowUp.ChordPart(
                group, context.id(), context.rootId(), null, new byte[0], FollowUps.signature(body));
    }

    private List<FollowUp> bodyOf(FollowUp.ChordPart part, Header header) {
        TaskMessage body = FollowUps.bodyMessage(part);
        if (header instanceof Header.Joined joined) {
            return followUps.chordBody(part, joined.results());
        } else if (header instanceof Header.Lost lost) {
            return afterHeaderFailure(
                    part,
                    ToldErrbacks.NONE,
                    children -> encoder.chordError(body, lost.error(), children).json());
        }
        Header.Failed failed = (Header.Failed) header;
        // As in Celery: what fails is the body, or else each member of the group with what the header failed with.
        return afterHeaderFailure(
                part,
                failed.told(),
                children -> FollowUps.bodyIsGroup(part)
                        ? encoder.failureAs(body, failed.error()).json()
                        : encoder.chordError(body, failed.taskId(), failed.error(), children)
                                .json());
    }

    /** @param record the body's failure, with the result tuples of its errbacks */
    private List<FollowUp> afterHeaderFailure(
            FollowUp.ChordPart part, ToldErrbacks told, Function<List<@Nullable Object>, byte[]> record) {
        return followUps.afterHeaderFailure(
                part,
                storedResults.valueOf(record.apply(List.of())),
                told,
                (id, children) -> storedResults.rewriteTaskId(record.apply(children), id));
    }
}
