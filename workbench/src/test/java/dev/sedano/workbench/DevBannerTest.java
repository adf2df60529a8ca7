package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DevBannerTest {
    @Test
    void banner_hasAtMostTwelveLines_andTheLinesToPaste() {
        List<String> tasks = IntStream.range(0, 30).mapToObj(n -> "t" + n).toList();

        String text = new DevBanner(
                        "amqp://guest:guest@127.0.0.1:1", "redis://127.0.0.1:2/0", "celery", tasks, "http://m/metrics")
                .text();

        assertThat(text.lines().count()).isLessThanOrEqualTo(12);
        assertThat(text)
                .contains("app = Celery(broker='amqp://guest:guest@127.0.0.1:1', backend='redis://127.0.0.1:2/0')")
                .contains("app.send_task('examples.add', (2, 3)).get(timeout=5)")
                .contains("t7 and 22 more");
    }

    @Test
    void givenPasswords_areNotPrinted() {
        assertThat(DevBanner.withoutPassword("amqps://me:p:a@s@broker:5671/v"))
                .isEqualTo("amqps://me:***@broker:5671/v");
        assertThat(DevBanner.withoutPassword("redis://:secret@store:6379/0")).isEqualTo("redis://:***@store:6379/0");
        assertThat(DevBanner.withoutPassword("redis://store:6379/0")).isEqualTo("redis://store:6379/0");
    }
}
