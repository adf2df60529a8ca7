package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ChordStore.Counted;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultForm;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.ResultState;
import dev.sedano.worker.result.StoredResults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts parts of chords and lets the last one publish the body, together with Python workers on the same keys (CONTRACT
 * §6.1). Every step may be repeated, by any worker: a part counts once, and a body has one id. Thread-safe.
 */
final class ChordRun {
    private final @Nullable ChordStore store;
    private final FollowUps followUps;
    private final ResultEncoder encoder;
    private final StoredResults storedResults;
    private final ResultForm form;

    /** @param store null when the result backend keeps no chords: then parts count for nothing, as in Celery */
    ChordRun(@Nullable ChordStore store, FollowUps followUps, ResultEncoder encoder, StoredResults storedResults) {
        this.store = store;
        this.followUps = followUps;
        this.encoder = encoder;
        this.storedResults = storedResults;
        this.form = encoder.form();
    }

    /**
     * Counts a part.
     *
     * @param doing does the follow-ups of the chord itself
     * @return fails when it must be asked again
     */
    CompletableFuture<?> count(FollowUp.ChordPart part, Function<FollowUp, CompletableFuture<?>> doing) {
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
                        .thenCompose(values -> all(bodyOf(part, values), doing))
                        .thenCompose(done -> chords.end(counted));
            }
            return CompletableFuture.completedFuture(true);
        });
    }

    private static CompletableFuture<?> all(List<FollowUp> followUps, Function<FollowUp, CompletableFuture<?>> doing) {
        return CompletableFuture.allOf(followUps.stream().map(doing).toArray(CompletableFuture<?>[]::new));
    }

    /** The header's results in the header's structure; a failure in place of the first that failed. */
    private sealed interface Header {
        record Joined(List<@Nullable Object> results) implements Header {}

        record Failed(String taskId, String state, @Nullable Object error) implements Header {}
    }

    private CompletableFuture<Header> results(ChordStore chords, Counted.Complete complete) {
        byte[] saved = complete.savedGroup();
        if (saved == null) {
            List<@Nullable Object> values = new ArrayList<>();
            for (byte[] part : complete.parts()) {
                if (form.read(part) instanceof List<?> fields && fields.size() == 4) {
                    if (!ResultState.SUCCESS.name().equals(fields.get(2))) {
                        return CompletableFuture.completedFuture(new Header.Failed(
                                String.valueOf(fields.get(1)), String.valueOf(fields.get(2)), fields.get(3)));
                    }
                    values.add(fields.get(3));
                }
            }
            return CompletableFuture.completedFuture(new Header.Joined(values));
        }
        SavedGroup group = SavedGroup.of(form.read(saved));
        List<String> ids = group.taskIds();
        return chords.read(ids).thenApply(records -> {
            List<@Nullable Object> values = new ArrayList<>();
            for (int i = 0; i < ids.size(); i++) {
                byte[] record = records.get(i);
                if (record == null) {
                    throw new IllegalStateException("the result of " + ids.get(i) + " is not stored (yet)");
                }
                if (!(form.read(record) instanceof Map<?, ?> fields)
                        || !(fields.get("status") instanceof String state)) {
                    throw new IllegalStateException("the result of " + ids.get(i) + " is no record");
                }
                Object value = fields.get("result");
                if (!ResultState.SUCCESS.name().equals(state)) {
                    return new Header.Failed(ids.get(i), state, value);
                }
                values.add(value);
            }
            return new Header.Joined(group.shape(values.iterator()));
        });
    }

    private List<FollowUp> bodyOf(FollowUp.ChordPart part, Header header) {
        if (header instanceof Header.Joined joined) {
            return List.of(new FollowUp.Send(followUps.chordBody(part, joined.results())));
        }
        Header.Failed failed = (Header.Failed) header;
        TaskMessage body = FollowUps.bodyMessage(part);
        ResultRecord record = encoder.chordError(body, failed.taskId(), failed.error());
        List<FollowUp> all = new ArrayList<>();
        all.add(new FollowUp.Store(body.id(), body.replyTo(), record.json()));
        all.addAll(followUps
                .afterFailure(
                        body,
                        ResultState.FAILURE.name(),
                        storedResults.valueOf(record.json()),
                        id -> storedResults.rewriteTaskId(record.json(), id))
                .followUps());
        return all;
    }
}
