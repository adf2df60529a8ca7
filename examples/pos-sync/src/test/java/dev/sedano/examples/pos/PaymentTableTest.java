package dev.sedano.examples.pos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On SQLite; {@link PosSyncIT} uses the same SQL on PostgreSQL where there is one. */
class PaymentTableTest {
    private static PaymentTable table(Path folder, boolean uniqueIndex) throws SQLException {
        PaymentTable table = new PaymentTable("jdbc:sqlite:" + folder.resolve("payments.db"));
        table.create(uniqueIndex);
        return table;
    }

    @Test
    void anotherCallOfTheOrder_isRefused_whileOneIsPushingOrCharged(@TempDir Path folder) throws SQLException {
        PaymentTable table = table(folder, true);
        assertThat(table.begin("call-1", "order", 100, 10)).isEqualTo(10);

        assertThat(table.begin("call-2", "order", 100, 11)).isEqualTo(-1);
        table.end("call-1", "charged", "ch_1");
        assertThat(table.begin("call-2", "order", 100, 12)).isEqualTo(-1);
    }

    @Test
    void sameCall_goesOnWithItsOwnPayment(@TempDir Path folder) throws SQLException {
        PaymentTable table = table(folder, true);
        table.begin("call-1", "order", 100, 10);

        assertThat(table.begin("call-1", "order", 100, 99)).isEqualTo(10);
    }

    @Test
    void failedPayment_leavesTheOrderFree(@TempDir Path folder) throws SQLException {
        PaymentTable table = table(folder, true);
        table.begin("call-1", "order", 100, 10);
        table.end("call-1", "failed", "");

        assertThat(table.begin("call-2", "order", 100, 12)).isEqualTo(12);
        assertThat(table.count("failed")).isEqualTo(1);
    }

    @Test
    void withoutTheIndex_bothMayPush(@TempDir Path folder) throws SQLException {
        PaymentTable table = table(folder, false);
        table.begin("call-1", "order", 100, 10);

        assertThat(table.begin("call-2", "order", 100, 11)).isEqualTo(11);
    }
}
