package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.StoredRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The whole life of a key, put together from its record, its history, its blocked deliveries and the audit list. A history
 * is capped, and not written for what is common, so fields of the record stand in for what it does not say.
 *
 * @param view the record
 * @param events in the order of their times
 */
record Life(RecordView view, List<LifeEvent> events, List<Block> blocks, List<AuditLine> audit) {
    /** Times of a history and of fields that one script wrote are equal. */
    private static final String CLAIM = "ct";

    static Life of(RecordView view, Map<String, String> blocked, List<AuditLine> audit) {
        StoredRecord record = view.record();
        List<LifeEvent> events = new ArrayList<>();
        Objects.requireNonNullElse(record.text("ev"), "")
                .lines()
                .map(LifeEvent::parse)
                .filter(Objects::nonNull)
                .forEach(events::add);
        record.fields().keySet().stream()
                .filter(field -> field.matches(CLAIM + "\\d{1,17}"))
                .forEach(field -> add(events, claim(record, field)));
        if (record.state().equals("C")) {
            add(
                    events,
                    new LifeEvent(
                            record.number("cat"),
                            "completed:" + record.text("out"),
                            attempt(record),
                            token(record),
                            owner(record)));
        }
        if (record.number("fat") > 0) {
            add(
                    events,
                    new LifeEvent(
                            record.number("fat"),
                            "follow-ups-recorded",
                            attempt(record),
                            token(record),
                            owner(record)));
        }
        List<Block> blocks = Block.all(blocked);
        blocks.stream()
                .filter(Block::isPending)
                .forEach(block -> events.add(new LifeEvent(
                        block.at(), "blocked", Names.attempt(block.attempt()), "-", "block:" + block.id())));
        events.sort(Comparator.comparingLong(LifeEvent::time));
        return new Life(view, List.copyOf(events), blocks, audit);
    }

    /** Unless the history tells the same moment. */
    private static void add(List<LifeEvent> events, LifeEvent derived) {
        if (derived.time() > 0 && events.stream().noneMatch(event -> event.time() == derived.time())) {
            events.add(derived);
        }
    }

    private static LifeEvent claim(StoredRecord record, String field) {
        long attempt = Long.parseLong(field.substring(CLAIM.length()));
        boolean current = record.text("att") != null && attempt == record.number("att");
        return new LifeEvent(
                record.number(field),
                "claim",
                Names.attempt(attempt),
                current ? token(record) : "-",
                current ? owner(record) : "-");
    }

    private static String attempt(StoredRecord record) {
        return record.text("att") == null ? "-" : Names.attempt(record.number("att"));
    }

    private static String token(StoredRecord record) {
        return Objects.requireNonNullElse(record.text("tok"), "-");
    }

    private static String owner(StoredRecord record) {
        return Objects.requireNonNullElse(record.text("own"), "-");
    }

    /** One row per token: from its first to its last event. */
    Table tenures() {
        Map<String, List<LifeEvent>> byToken = new LinkedHashMap<>();
        events.stream()
                .filter(event -> !event.token().equals("-"))
                .forEach(event -> byToken.computeIfAbsent(event.token(), token -> new ArrayList<>())
                        .add(event));
        Table table = new Table("TOKEN", "ATTEMPT", "WHO", "FROM", "TO", "LASTED", "LAST EVENT");
        byToken.forEach((token, own) -> {
            LifeEvent first = own.get(0);
            LifeEvent last = own.get(own.size() - 1);
            table.row(
                    token,
                    first.attempt(),
                    first.who(),
                    Times.at(first.time()),
                    Times.at(last.time()),
                    Times.length(last.time() - first.time()),
                    last.what());
        });
        return table;
    }

    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>(view.facts());
        facts.put("events", events.stream().map(LifeEvent::facts).toList());
        String name = view.record().name();
        facts.put(
                "blocked",
                blocks.stream().map(block -> block.facts(name, view.now())).toList());
        facts.put("audit", audit.stream().map(AuditLine::facts).toList());
        return facts;
    }

    String text() {
        StringBuilder text = new StringBuilder(view.text());
        Table happened = new Table("TIME", "EVENT", "ATTEMPT", "TOKEN", "WHO");
        events.forEach(event ->
                happened.row(Times.at(event.time()), event.what(), event.attempt(), event.token(), event.who()));
        Table blocked = new Table("VERDICT", "DELAY", "ATTEMPT", "BLOCK");
        blocks.forEach(block ->
                blocked.row(block.verdict(), block.shownDelay(view.now()), Names.attempt(block.attempt()), block.id()));
        Table changes = new Table("TIME", "WHO", "ACTION", "DETAIL");
        audit.forEach(line -> changes.row(line.shownTime(), line.who(), line.action(), line.detail()));
        section(text, "What happened", happened);
        section(text, "Tenures", tenures());
        section(text, "Blocked deliveries", blocked);
        section(text, "What operators did", changes);
        return text.toString();
    }

    private static void section(StringBuilder text, String heading, Table table) {
        if (!table.isEmpty()) {
            text.append("\n\n").append(heading).append('\n').append(table);
        }
    }
}
