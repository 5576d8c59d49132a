package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private static final long MEBIBYTE = 1 << 20;

    private long used = 30 * MEBIBYTE;
    private long live = 50 * MEBIBYTE;
    private int collections;

    private Duration busy = Duration.ZERO;
    private Duration eachTime = Duration.ofSeconds(5);

    private final HeapWatch watch = new HeapWatch(() -> used, () -> busy.toNanos(), () -> {
        collections++;
        used = live;
    });

    private int lookAt(long mebibytes) {
        used = mebibytes * MEBIBYTE;
        busy = busy.plus(eachTime);
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

    @Test
    void collectsLessWhenThereIsLittleElseToDo() {
        assertThat(lookAt(30)).isZero();
        eachTime = Duration.ofMillis(990);
        assertThat(lookAt(46)).isZero();
        assertThat(lookAt(47)).isEqualTo(1);

        assertThat(used).isEqualTo(live);
        assertThat(lookAt(66)).isEqualTo(1);
        eachTime = Duration.ofMillis(1010);
        assertThat(lookAt(100)).isEqualTo(1);
        eachTime = Duration.ofMillis(0);
        live = 400 * MEBIBYTE;
        assertThat(lookAt(100)).isEqualTo(2);

        // What takes long is done for much.
        assertThat(lookAt(500)).isEqualTo(2);
        assertThat(lookAt(501)).isEqualTo(3);
    }
}
