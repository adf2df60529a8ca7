package dev.sedano.examples.pos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.examples.pos.Layers.Layer;
import dev.sedano.examples.stage.Account;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class PosSyncIT {
    @Test
    void allLayers_chargeEachOrderOnce() throws Exception {
        Account account = new PosSync().play();

        assertThat(account.holds()).as(account.table()).isTrue();
        assertThat(account.find("duplicates in the statement of today")
                        .orElseThrow()
                        .value())
                .isEqualTo("0");
    }

    @Test
    void withoutTheLayers_theirDoubleChargesComeBack() throws Exception {
        Account account = new PosSync().without(EnumSet.allOf(Layer.class)).play();

        assertThat(account.holds()).as(account.table()).isTrue();
        assertThat(account.find("duplicates in the statement of today")
                        .orElseThrow()
                        .value())
                .isEqualTo("3");
    }
}
