package dev.sedano.examples.pos;

import dev.sedano.examples.stage.Account;
import dev.sedano.examples.stage.Stage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;

/** A real database for the story: PostgreSQL unpacked from a library, else SQLite. */
final class Database {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private Database() {}

    /** Returns the JDBC URL of a new, empty database that ends with the stage. */
    static String start(Stage stage, Account account) {
        try {
            EmbeddedPostgres postgres = stage.add(EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(stage.kept("postgres").toFile())
                    .setPGStartupWait(START_LIMIT)
                    .start());
            account.say("Database: PostgreSQL on port %d", postgres.getPort());
            return postgres.getJdbcUrl("postgres", "postgres");
        } catch (IOException | RuntimeException e) {
            account.say(
                    "No PostgreSQL for this machine (%s); SQLite serves as well",
                    e.getClass().getSimpleName());
            return "jdbc:sqlite:" + stage.folder().resolve("payments.db") + "?busy_timeout=5000";
        }
    }
}
