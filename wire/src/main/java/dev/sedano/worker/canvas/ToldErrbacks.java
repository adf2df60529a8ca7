package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.Fingerprint;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The errbacks that were called when a chord failed. Celery links an errback of a chord to the chords in its header, too
 * (celery/canvas.py, {@code chord.link_error}), and calls it for those alone, as the outer chord then never ends. Here the
 * outer chord fails; so the part that tells it names the errbacks that know. Only that part does, in a field that Celery's
 * workers do not read: stored results are as Celery's.
 *
 * @param marks fingerprints of their signatures
 */
public record ToldErrbacks(Set<String> marks) {
    /** No errback knows. */
    public static final ToldErrbacks NONE = new ToldErrbacks(Set.of());

    private static final String FIELD = "sedano_told";

    public ToldErrbacks {
        marks = Set.copyOf(marks);
    }

    /** What the error in a chord part's value says. */
    public static ToldErrbacks readFrom(@Nullable Object error) {
        if (!(error instanceof Map<?, ?> fields) || !(fields.get(FIELD) instanceof List<?> told)) {
            return NONE;
        }
        Set<String> marks = new LinkedHashSet<>();
        told.forEach(each -> marks.add(String.valueOf(each)));
        return new ToldErrbacks(marks);
    }

    /** The error as it is stored as a result. */
    public static @Nullable Object without(@Nullable Object error) {
        if (!(error instanceof Map<?, ?> fields) || !fields.containsKey(FIELD)) {
            return error;
        }
        Map<Object, @Nullable Object> plain = new LinkedHashMap<>(fields);
        plain.remove(FIELD);
        return plain;
    }

    /** The error as it is put in a chord part's value. */
    @Nullable
    Object writtenTo(@Nullable Object error) {
        if (marks.isEmpty() || !(error instanceof Map<?, ?> fields)) {
            return error;
        }
        Map<Object, @Nullable Object> marked = new LinkedHashMap<>(fields);
        marked.put(FIELD, marks.stream().sorted().toList());
        return marked;
    }

    /** Those of {@code errbacks} that do not know. */
    List<@Nullable Object> others(List<@Nullable Object> errbacks) {
        return marks.isEmpty()
                ? errbacks
                : errbacks.stream()
                        .filter(each -> !marks.contains(Fingerprint.ofValue(each)))
                        .toList();
    }

    /** These and {@code errbacks}. */
    ToldErrbacks and(List<@Nullable Object> errbacks) {
        Set<String> all = new LinkedHashSet<>(marks);
        errbacks.forEach(each -> all.add(Fingerprint.ofValue(each)));
        return new ToldErrbacks(all);
    }
}
