package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every captured file is compared somewhere, or listed with a reason. */
final class ControlListTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void whatIsListed_isThere_andSaysWhy() {
        List<String> all = ControlList.all();

        ControlList.listed().forEach((listed, said) -> {
            assertThat(all).as(listed).anyMatch(name -> ReplayList.fits(listed, name));
            assertThat(said).as(listed).matches("(not|but /[^:]+): .{8,}");
        });
    }

    @Test
    void whatIsCompared_canBe() {
        assertThat(ControlList.compared("control"))
                .hasSizeGreaterThan(45)
                .allSatisfy(name -> assertThat(CapturedCommand.read(name)).isNotNull());
        assertThat(ControlList.compared("events"))
                .hasSizeGreaterThan(8)
                .allSatisfy(name -> assertThat(CapturedEvent.ofWorker(name)).isNotEmpty());
    }

    /** Those of delays and topologies are read whole by tests of the worker. */
    @Test
    void noFolderIsForgotten() throws IOException {
        try (Stream<Path> folders = Files.list(GoldenFile.ROOT)) {
            assertThat(folders.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "task", "results", "rpc", "outcomes", "canvas", "control", "events", "delayed", "topology");
        }
    }

    @Test
    void differences_areFound() {
        JsonNode celerys = JSON.readTree("{\"ok\": \"done\", \"list\": [{\"a\": 1}, {\"a\": null}], \"x\": 1.5}");

        assertThat(Shape.differences(celerys, JSON.readTree("{\"x\": 2.5, \"list\": [{\"a\": 7}], \"ok\": \"done\"}")))
                .isEmpty();
        assertThat(Shape.differences(
                        celerys, JSON.readTree("{\"ok\": \"other\", \"list\": [{\"a\": \"\"}], \"y\": 1}")))
                .hasSize(4)
                .contains("/x: missing", "/y: not Celery's", "/ok: \"other\"");
        assertThat(Shape.differences(celerys, JSON.readTree("{\"ok\": \"done\", \"list\": [], \"x\": 1}")))
                .containsExactly("/list: 0 elements instead of 2", "/x: a whole number instead of number");
    }
}
