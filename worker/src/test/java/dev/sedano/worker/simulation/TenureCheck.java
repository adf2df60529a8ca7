package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may run a key: I1 a handler starts once, and only after its worker was told of the grant; I2 one completion of a
 * key; I3 no start after it; I5 no live lease is taken, and no healthy owner loses its lease; I7 tokens grow.
 */
final class TenureCheck implements Checker.Check {
    private static final class Tenure {
        final Line grant;
        long leaseEnd;
        boolean open = true;

        Tenure(Line grant) {
            this.grant = grant;
            this.leaseEnd = grant.until();
        }
    }

    private final Violations violations;
    private final Excuses excuses;
    private final Map<String, Tenure> current = new HashMap<>();
    private final Map<String, Line> completed = new HashMap<>();
    private final Map<String, Long> highest = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private final Set<String> started = new HashSet<>();
    private final Set<String> handedOver = new HashSet<>();
    private long lease;

    TenureCheck(Violations violations, Excuses excuses) {
        this.violations = violations;
        this.excuses = excuses;
    }

    @Override
    public void see(Line line) {
        Tenure tenure = current.get(line.key());
        boolean own = tenure != null && tenure.grant.token() == line.token();
        switch (line.event()) {
            case RULES -> lease = line.until();
            case LOSS -> {
                current.clear();
                completed.clear();
            }
            case GRANTED -> granted(line, tenure);
            case TOLD -> told.add(line.worker() + " " + line.token());
            case RENEWED -> {
                if (tenure != null && own) {
                    tenure.leaseEnd = line.until();
                }
            }
            case RELEASED -> {
                if (tenure != null && own) {
                    tenure.open = false;
                }
            }
            case START -> started(line);
            case HANDED -> handed(line, tenure);
            case COMPLETED -> completed(line, tenure);
            default -> {}
        }
    }

    private void granted(Line line, @Nullable Tenure before) {
        if (before != null && before.grant.token() == line.token()) {
            before.leaseEnd = line.until();
            return;
        }
        if (line.token() <= highest.getOrDefault(line.key(), 0L)) {
            violations.add("I7", line, "the token does not grow");
        }
        highest.merge(line.key(), line.token(), Math::max);
        if (completed.containsKey(line.key())) {
            violations.add("I3", line, "granted although completed");
        }
        if (before != null && before.open) {
            String owner = before.grant.worker();
            if (line.at() < before.leaseEnd) {
                violations.add("I5", line, "a live lease was taken from " + before.grant);
            } else if (told.contains(owner + " " + before.grant.token())
                    && !excuses.outage(owner, before.leaseEnd - lease, before.leaseEnd)) {
                violations.add("I5", line, "a healthy owner lost its lease: " + before.grant);
            }
        }
        current.put(line.key(), new Tenure(line));
    }

    private void handed(Line line, @Nullable Tenure tenure) {
        if (!handedOver.add(line.key() + " " + line.token())) {
            return; // told again, as its reply was lost
        }
        if (tenure != null && tenure.grant.token() == line.token()) {
            tenure.open = false;
        } else if (tenure != null && tenure.open) {
            violations.add("I2", line, "handed over by another than its owner " + tenure.grant);
        }
    }

    private void started(Line line) {
        String run = line.worker() + " " + line.token();
        if (!told.contains(run)) {
            violations.add("I1", line, "started without a grant");
        }
        if (!started.add(run)) {
            violations.add("I1", line, "started twice on one grant");
        }
        if (completed.containsKey(line.key())) {
            violations.add("I3", line, "started although completed");
        }
    }

    private void completed(Line line, @Nullable Tenure tenure) {
        Line before = completed.putIfAbsent(line.key(), line);
        if (before != null && before.token() != line.token()) {
            violations.add("I2", line, "completed twice, before by " + before);
        }
        if (before == null && tenure != null && tenure.open && tenure.grant.token() != line.token()) {
            violations.add("I2", line, "completed by another than its owner " + tenure.grant);
        }
        if (tenure != null && tenure.grant.token() == line.token()) {
            tenure.open = false;
        }
    }
}
