package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

class ConversionTest {
    private static final OffsetDateTime AWARE = OffsetDateTime.parse("2024-01-02T01:30:00+05:45");
    private static final LocalDateTime NAIVE = LocalDateTime.parse("2024-01-02T01:30:00");

    private final CeleryJson json = new CeleryJson();

    record Order(long id, List<Item> items, @Nullable Instant due, Optional<String> note) {}

    record Item(String sku, BigDecimal price, Colour colour, int count) {}

    enum Colour {
        RED,
        BLUE
    }

    @Test
    void integers_fitOrFail() {
        assertThat(to(5L, int.class)).isEqualTo(5);
        assertThat(to(5L, Long.class)).isEqualTo(5L);
        assertThat(to(1.0, int.class)).isEqualTo(1);
        assertThat(to(5L, BigInteger.class)).isEqualTo(BigInteger.valueOf(5));
        assertThat(to(5L, double.class)).isEqualTo(5.0);
        fails(1.5, int.class);
        fails(1L << 31, int.class);
        fails(new BigInteger("9223372036854775808"), long.class);
        fails("5", int.class);
        fails(true, int.class);
        fails(null, int.class);
        fails(Double.NaN, long.class);
        fails(1L, boolean.class);
        fails(5L, String.class);
    }

    @Test
    void decimals_keepTheirValue() {
        assertThat(to(1L, BigDecimal.class)).isEqualTo(new BigDecimal("1"));
        assertThat(to(0.1, BigDecimal.class)).isEqualTo(new BigDecimal("0.1"));
        assertThat(to("1.10", BigDecimal.class)).isEqualTo(new BigDecimal("1.10"));
        assertThat(to(new PythonDecimal("-0"), BigDecimal.class)).isEqualTo(new BigDecimal("0"));
        assertThat(to(new BigDecimal("1.5"), PythonDecimal.class)).isEqualTo(new PythonDecimal("1.5"));
        fails(new PythonDecimal("NaN"), BigDecimal.class);
        fails("much", BigDecimal.class);
        fails(new PythonDecimal("1E+99999999"), long.class);
    }

    @Test
    void times_areUtcWithoutOffset() {
        assertThat(to(AWARE, Instant.class)).isEqualTo(Instant.parse("2024-01-01T19:45:00Z"));
        assertThat(to(NAIVE, Instant.class)).isEqualTo(Instant.parse("2024-01-02T01:30:00Z"));
        assertThat(to(AWARE, LocalDateTime.class)).isEqualTo(LocalDateTime.parse("2024-01-01T19:45:00"));
        assertThat(to(AWARE, LocalDate.class)).isEqualTo(LocalDate.parse("2024-01-01"));
        assertThat(to(NAIVE, ZonedDateTime.class)).isEqualTo(NAIVE.atZone(ZoneOffset.UTC));
        assertThat(to(AWARE, OffsetDateTime.class)).isEqualTo(AWARE);
        assertThat(to("2024-01-02T01:30:00+05:45", Instant.class)).isEqualTo(AWARE.toInstant());
        assertThat(to("2024-01-02", LocalDate.class)).isEqualTo(LocalDate.parse("2024-01-02"));
        assertThat(to(LocalTime.NOON, OffsetTime.class)).isEqualTo(OffsetTime.of(LocalTime.NOON, ZoneOffset.UTC));
        fails(1704159000L, Instant.class);
        fails("soon", Instant.class);
        fails(LocalDate.parse("2024-01-02"), Instant.class);
    }

    @Test
    void uuidBytesOptional() {
        UUID uuid = new UUID(1, 2);
        byte[] bytes = {1, 2};
        assertThat(to(uuid.toString(), UUID.class)).isEqualTo(uuid);
        assertThat(to(uuid, UUID.class)).isSameAs(uuid);
        assertThat(to(bytes, byte[].class)).isSameAs(bytes);
        assertThat(to("BLUE", Colour.class)).isEqualTo(Colour.BLUE);
        assertThat(to(null, type(new TypeReference<Optional<Integer>>() {}))).isEqualTo(Optional.empty());
        assertThat(to(3L, type(new TypeReference<Optional<Integer>>() {}))).isEqualTo(Optional.of(3));
        assertThat(to(null, String.class)).isNull();
        fails("1-2-3", UUID.class);
        fails("GREEN", Colour.class);
        fails(7L, Colour.class);
    }

    @Test
    void records_bindTheirMembersByTheSameRules() {
        Map<String, @Nullable Object> item =
                new HashMap<>(Map.of("sku", "a", "price", "1.10", "colour", "RED", "count", 2.0));
        Map<String, @Nullable Object> order = new HashMap<>();
        order.put("id", 7L);
        order.put("items", List.of(item));
        order.put("due", AWARE);
        order.put("note", null);

        assertThat(to(order, Order.class))
                .isEqualTo(new Order(
                        7,
                        List.of(new Item("a", new BigDecimal("1.10"), Colour.RED, 2)),
                        AWARE.toInstant(),
                        Optional.empty()));
        item.put("count", 2.5);
        assertThatThrownBy(() -> to(order, Order.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("items[0].count");
        item.put("count", null);
        assertThatThrownBy(() -> to(order, Order.class)).hasMessageContaining("items[0].count");
        item.put("count", 2L);
        item.put("extra", "hunter2");
        assertThatThrownBy(() -> to(order, Order.class))
                .hasMessageContaining("unknown property 'extra'")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void collections_convertTheirElements() {
        assertThat(to(List.of(1L, 2.0), type(new TypeReference<List<Integer>>() {})))
                .isEqualTo(List.of(1, 2));
        assertThat(to(Map.of("a", NAIVE), type(new TypeReference<Map<String, Instant>>() {})))
                .isEqualTo(Map.of("a", NAIVE.toInstant(ZoneOffset.UTC)));
        assertThat(to(List.of(1L, 2L), int[].class)).isEqualTo(new int[] {1, 2});
        List<@Nullable Object> mixed = Arrays.asList(1L, null, new PythonDecimal("NaN"), AWARE, new byte[] {1}, 1.5);
        assertThat(to(mixed, type(new TypeReference<List<Object>>() {}))).isEqualTo(mixed);
        assertThat(to(mixed, List.class)).isSameAs(mixed);
        fails(5L, List.class);
        fails("ab", type(new TypeReference<List<String>>() {}));
    }

    @Test
    void errors_nameTypesNotValues() {
        for (Type type : List.of(int.class, Instant.class, Order.class, Colour.class, UUID.class)) {
            assertThatThrownBy(() -> to("hunter2", type))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot read str as " + type.getTypeName())
                    .hasMessageNotContaining("hunter2");
        }
    }

    private @Nullable Object to(@Nullable Object value, Type type) {
        return json.convert(value, type);
    }

    private void fails(@Nullable Object value, Type type) {
        assertThatThrownBy(() -> to(value, type)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Type type(TypeReference<?> reference) {
        return reference.getType();
    }
}
