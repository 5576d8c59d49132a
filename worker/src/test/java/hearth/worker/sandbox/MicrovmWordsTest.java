package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A machine whose guest is this test: what it says, and what is believed of it.
final class MicrovmWordsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Descriptors.Pair control;
    private Descriptors.Pair output;
    private Spawner spawner;
    private Sleeping process;
    private Microvm machine;

    /// QEMU's part is a program that does nothing.
    private static final class Sleeping extends OwnedProcess {
        Sleeping(ChildProcess child) throws LinuxException {
            super(child, Descriptors.pipe().reading());
        }

        @Override
        void kill(ChildProcess child) throws LinuxException {
            child.signal(ChildProcess.SIGKILL);
        }

        @Override
        Exit collect(ChildProcess child) throws LinuxException {
            return new Exit.Status(child.await().number());
        }
    }

    private static final class Monitor implements MachineControl {
        @Override
        public void begin(Duration patience) {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() throws Exception {
        control = Descriptors.streamSockets();
        output = Descriptors.streamSockets();
        spawner = new Spawner();
        var nothing = Descriptors.open(Path.of("/dev/null"));
        process = new Sleeping(spawner.spawn(new Spawner.Command(
                Path.of("/bin/sleep"), List.of("sleep", "1000"), Map.of(), Path.of("/"), Map.of(0, nothing))));
        Descriptors.close(nothing);
        machine = new Microvm("words", process, new Microvm.Ends(control.reading(), output.reading()), new Monitor());
    }

    @AfterEach
    void end() {
        machine.close();
        spawner.close();
        Descriptors.close(control.writing());
        Descriptors.close(output.writing());
    }

    private void says(String frames) throws IOException {
        var bytes = new StringBuilder();
        frames.chars().forEach(kind -> bytes.append((char) kind).append("\0\0\0\0"));
        var all = bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
        Descriptors.write(control.writing(), all, 0, all.length);
    }

    @Test
    void oneThatAnswersWhatItWasAskedIsReady() throws Exception {
        machine.restore(PATIENCE);
        var guest = Thread.ofVirtual().start(() -> {
            try {
                Descriptors.awaitReadable(control.writing(), -1);
                says("N");
                Descriptors.read(control.writing(), new byte[6]);
                Descriptors.awaitReadable(control.writing(), -1);
                says("R");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        machine.connect(Map.of(), new byte[] {1}, PATIENCE);
        machine.fit(Map.of(), new byte[] {2}, PATIENCE);

        guest.join();
        assertThat(machine.isEnding()).isFalse();
    }

    @Test
    void oneThatSaysThatItIsReadyBeforeItIsAskedIsEnded() throws Exception {
        machine.restore(PATIENCE);
        says("R");

        assertThatThrownBy(() -> machine.connect(Map.of(), new byte[] {1}, PATIENCE))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("the microVM does not start")
                .hasMessageContaining("the guest says R, and nobody asked");
        SandboxRun.await(process::hasEnded);
    }

    @Test
    void oneThatWasRestoredIsNotPreparedAgain() throws Exception {
        machine.restore(PATIENCE);
        says("P");

        assertThatThrownBy(() -> machine.connect(Map.of(), new byte[] {1}, PATIENCE))
                .hasMessageContaining("the guest says P, and nobody asked");
        SandboxRun.await(process::hasEnded);
    }

    @Test
    void oneThatDiesIsToldOf() throws Exception {
        machine.restore(PATIENCE);
        Descriptors.close(control.writing());
        Descriptors.close(output.writing());

        assertThatThrownBy(() -> machine.connect(Map.of(), new byte[] {1}, PATIENCE))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("the microVM has ended");
        SandboxRun.await(process::hasEnded);
        control = Descriptors.streamSockets();
        output = Descriptors.streamSockets();
    }

    @Test
    void oneThatSaysNothingIsNotWaitedForForEver() throws Exception {
        machine.restore(PATIENCE);

        assertThatThrownBy(() -> machine.connect(Map.of(), new byte[] {1}, Duration.ofMillis(50)))
                .hasMessageContaining("it is not up in time");
        assertThat(machine.isEnding()).isFalse();
    }
}
