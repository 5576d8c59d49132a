package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private static final long MEBIBYTE = 1 << 20;

    private long used = 30 * MEBIBYTE;
    private long live = 50 * MEBIBYTE;
    private int collections;

    private final HeapWatch watch = new HeapWatch(() -> used, () -> {
        collections++;
        used = live;
    });

    private int lookAt(long mebibytes) {
        used = mebibytes * MEBIBYTE;
        watch.look();
        return collections;
    }

    @Test
    void collectsWhenMoreThanTwiceOfWhatWasInUseHasCome() {
        assertThat(lookAt(30)).isZero();
        assertThat(lookAt(124)).isZero();
        assertThat(lookAt(125)).isEqualTo(1);

        assertThat(used).isEqualTo(live);
        assertThat(lookAt(164)).isEqualTo(1);
        live = 100 * MEBIBYTE;
        assertThat(lookAt(165)).isEqualTo(2);
        assertThat(lookAt(264)).isEqualTo(2);
        assertThat(lookAt(265)).isEqualTo(3);
    }
}
