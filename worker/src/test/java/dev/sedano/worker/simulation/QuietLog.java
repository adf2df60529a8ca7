package dev.sedano.worker.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Thousands of histories full of trouble would fill the log with warnings that are as they should be. */
final class QuietLog implements BeforeAllCallback, AfterAllCallback {
    private static final Logger WORKER = (Logger) LoggerFactory.getLogger("dev.sedano.worker");
    private @Nullable Level before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = WORKER.getLevel();
        WORKER.setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        WORKER.setLevel(before);
    }
}
