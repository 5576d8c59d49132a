package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MachineStocksTest {
    private static final long NOW = 1;

    private static final MachineKind KIND = MachineKind.empty(EmptyMachine.SIZE);

    private final MachineStocks stocks = new MachineStocks(Bytes.mebibytes(100));

    @Test
    void holdsNoMoreThanItsMemoryByWhatMachinesReallyTake() {
        var stock = stocks.of(KIND, NOW);
        assertThat(stocks.fits(stock)).isTrue();

        assertThat(stocks.add(KIND, EmptyMachine.make(), 1, Bytes.mebibytes(80), NOW))
                .isTrue();
        assertThat(stocks.fits(stock)).isFalse();
        assertThat(stocks.add(KIND, EmptyMachine.make(), 1, Bytes.mebibytes(80), NOW))
                .isFalse();
        assertThat(stock.ready()).hasSize(1);
    }

    @Test
    void hasNoneThatAloneIsTooLarge() {
        assertThat(stocks.add(KIND, EmptyMachine.make(), 1, Bytes.mebibytes(101), NOW))
                .isFalse();
        assertThat(stocks.couldFit(stocks.of(KIND, NOW))).isFalse();
    }

    @Test
    void whateverOneStepOfClosingMeetsTheOthersFollow() {
        var steps = new ArrayList<String>();

        EmptyMachine.make(
                        () -> steps.add("first"),
                        () -> {
                            throw new IllegalStateException("test");
                        },
                        () -> steps.add("last"))
                .close();

        assertThat(steps).isEqualTo(List.of("first", "last"));
    }
}
