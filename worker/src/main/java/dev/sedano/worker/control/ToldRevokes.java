package dev.sedano.worker.control;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other nodes say is revoked, in their greeting or in reply to ours. It is a revoke like any other: heeded only where
 * {@code --control} allows {@code revoke}. Thread-safe.
 */
final class ToldRevokes {
    private static final Logger LOG = LoggerFactory.getLogger(ToldRevokes.class);
    private static final int MOST_SHOWN = 5;
    private static final int LONGEST_SHOWN = 300;

    private final ControlAccess access;
    private final RevokedTasks revoked;
    private final AtomicBoolean refused = new AtomicBoolean();

    ToldRevokes(ControlAccess access, RevokedTasks revoked) {
        this.access = access;
        this.revoked = revoked;
    }

    /**
     * Takes over what a node tells; of more than can be kept the last, which are the newest.
     *
     * @param from its name, as it says
     * @param told ids, oldest first; since Celery 5.7 a list, before a map with the time of each
     * @return whether there was anything that is heeded
     * @throws CommandException if these are no ids
     */
    boolean learn(String from, @Nullable Object told) {
        if (!access.allows("revoke")) {
            if (!isNothing(told) && refused.compareAndSet(false, true)) {
                LOG.warn(
                        "control: {} tells revoked tasks, refused (--control {}); it is told once of all such",
                        shown(from),
                        access);
            }
            return false;
        }
        // An entry of another form, such as a stamp's, has no place among ids.
        List<String> ids = Arguments.lastTexts(
                        "revoked",
                        told instanceof Map<?, ?> map
                                ? Arrays.asList(map.keySet().toArray())
                                : told,
                        RevokedTasks.MOST)
                .stream()
                .filter(RevokedTasks::isId)
                .toList();
        if (ids.isEmpty()) {
            return false;
        }
        LOG.info(
                "control: {} tells {} revoked tasks, such as {}",
                shown(from),
                ids.size(),
                shown(ids.stream().limit(MOST_SHOWN).toList().toString()));
        revoked.add(ids);
        return true;
    }

    private static boolean isNothing(@Nullable Object told) {
        return told == null
                || (told instanceof List<?> list && list.isEmpty())
                || (told instanceof Map<?, ?> map && map.isEmpty());
    }

    private static String shown(String text) {
        String cut = text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
