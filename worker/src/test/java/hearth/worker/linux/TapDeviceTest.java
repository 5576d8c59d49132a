package hearth.worker.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TapDeviceTest {
    @BeforeEach
    void assumeRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
    }

    /// Whoever opened it keeps the cable, wherever the device is.
    @Test
    void aDeviceGoesToAnotherNamespaceFromUnderWhoeverOpenedIt() throws Exception {
        try (var there = NetworkNamespace.create();
                var here = NetworkNamespace.create()) {
            there.call(() -> {
                TapDevice.makeFor("tap7", 1_900_000_077);
                return "";
            });
            var opened = there.call(() -> TapDevice.make("tap7"));

            there.call(() -> {
                NetworkLink.named("tap7").moveTo(here);
                return "";
            });

            assertThat(there.call(TapDeviceTest::devices)).doesNotContain("tap7");
            assertThat(here.call(() -> {
                        NetworkLink.named("tap7").up();
                        var frame = new byte[60];
                        Descriptors.write(opened.fd(), frame, 0, frame.length);
                        return devices();
                    }))
                    .containsPattern("tap7: +60 +1 ");
            opened.close();
            assertThat(here.call(TapDeviceTest::devices)).contains("tap7");
        }
    }

    private static String devices() {
        try {
            return Files.readString(Path.of("/proc/thread-self/net/dev"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
