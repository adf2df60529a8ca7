package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.StoredRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A record as people read it. Never shows results or step values, only their sizes.
 *
 * @param now the store's time in ms
 */
record RecordView(StoredRecord record, long now) {
    /** One sentence: where the task is, and what happens next. */
    String meaning() {
        return switch (record.state()) {
            case "R" -> running();
            case "H" ->
                "handed off: attempt " + Names.attempt(record.number("natt"))
                        + " is in its queue or a wait queue, and runs by itself";
            case "C" ->
                "completed " + record.text("out") + " at " + Times.at(record.number("cat"))
                        + (is("free")
                                ? "; the key is released, a later message may run"
                                : "; copies are acknowledged as duplicates");
            case "P" -> "parked: its copy waits in <queue>.parked for `sedano parked rerun` or `sedano parked done`";
            default -> "no attempt is recorded: the next copy runs";
        };
    }

    private String running() {
        long left = record.number("exp") - now;
        if (left > 0) {
            return "running: " + record.text("own") + " holds the lease for " + Times.length(left)
                    + " more, and renews it while it lives";
        }
        if (is("again")) {
            return "released by an operator: the next copy runs, and is told that it may have run before";
        }
        return "the lease of " + record.text("own") + " is over"
                + (record.number("exp") > 0 ? " since " + Times.at(record.number("exp")) : "")
                + ": the next copy takes over, or is parked by policy";
    }

    /** The state in a word or two. */
    String state() {
        if (!record.state().equals("R") || record.number("exp") > now) {
            return Names.state(record.state());
        }
        return is("again") ? "released" : "lease over";
    }

    private boolean is(String flag) {
        return "1".equals(record.text(flag));
    }

    /** All that is known, in the order of a life; absent things are left out. */
    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        int nul = record.name().indexOf('\0');
        facts.put("key", record.name().substring(nul + 1));
        facts.put("scope", nul < 0 ? null : record.name().substring(0, nul));
        facts.put("state", state());
        facts.put("meaning", meaning());
        facts.put("attempt", record.text("att") == null ? null : Names.attempt(record.number("att")));
        facts.put("token", record.text("tok"));
        facts.put("owner", record.text("own"));
        facts.put("claimed_at", time("ct" + record.text("att")));
        facts.put("lease_until", record.state().equals("R") ? time("exp") : null);
        facts.put("may_have_run_before", priorRun());
        facts.put("first_task_id", record.text("id0"));
        facts.put("next_attempt", record.text("natt") == null ? null : Names.attempt(record.number("natt")));
        facts.put("starts_without_end", record.number("starts") > 0 ? record.text("starts") : null);
        facts.put("last_step", record.text("ls"));
        facts.put("steps", steps());
        facts.put("outcome", record.text("out"));
        facts.put("completed_at", time("cat"));
        facts.put("kept_result_bytes", size("res"));
        facts.put("unconfirmed_follow_ups_bytes", size("fu"));
        facts.put("follow_ups_recorded_at", time("fat"));
        facts.put("answered_duplicates", record.text("dups"));
        facts.put("last_duplicate", lastDuplicate());
        facts.put("released_ids", record.text("rel"));
        facts.put("blocked_reports", record.text("nb"));
        facts.put(
                "kept_for",
                record.ttl() == null ? null : Times.length(record.ttl().toMillis()));
        facts.values().removeIf(value -> value == null);
        return facts;
    }

    private @Nullable String priorRun() {
        String ran = record.text("ran");
        return ran == null || ran.equals("0") ? null : ran.equals("2") ? "the store lost data" : "yes";
    }

    private @Nullable String time(String field) {
        return record.number(field) > 0 ? Times.at(record.number(field)) : null;
    }

    private @Nullable Long size(String field) {
        byte[] value = record.fields().get(field);
        return value == null ? null : (long) value.length;
    }

    private @Nullable String lastDuplicate() {
        String last = null;
        for (String line : String.valueOf(record.text("ev")).split("\n")) {
            String[] parts = line.split(" ", 5); // ms, event, attempt, token, who
            if (parts.length == 5 && parts[1].equals("duplicate") && parts[0].matches("[0-9]{1,18}")) {
                last = Times.at(Long.parseLong(parts[0])) + " " + parts[4];
            }
        }
        return last;
    }

    private @Nullable Map<String, String> steps() {
        Map<String, String> steps = new TreeMap<>();
        record.fields().forEach((field, value) -> {
            if (field.startsWith("s:")) {
                String text = String.valueOf(record.text(field));
                steps.put(
                        field.substring(2),
                        text.startsWith("B:")
                                ? "began under token " + text.substring(2) + ", end unknown"
                                : "done, " + (value.length - 2) + " bytes");
            }
        });
        return steps.isEmpty() ? null : steps;
    }

    /** One fact per line. */
    String text() {
        StringBuilder text = new StringBuilder();
        facts().forEach((name, value) -> text.append(String.format("%-30s %s%n", name.replace('_', ' '), value)));
        return text.toString().stripTrailing();
    }
}
