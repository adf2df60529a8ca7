package dev.sedano.worker.canvas;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Times among header values, as AMQP has them: to the second, and those without an offset as UTC (amqp/serialization.py). */
final class HeaderTimes {
    private HeaderTimes() {}

    /** {@code value} with the times in it as {@link Date}. */
    static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof OffsetDateTime time) {
            return Date.from(time.toInstant());
        } else if (value instanceof LocalDateTime time) {
            return Date.from(time.toInstant(ZoneOffset.UTC));
        } else if (value instanceof ZonedDateTime time) {
            return Date.from(time.toInstant());
        } else if (value instanceof Instant time) {
            return Date.from(time);
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, each) -> copy.put(String.valueOf(name), plain(each)));
            return copy;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(plain(each)));
            return copy;
        }
        return value;
    }
}
