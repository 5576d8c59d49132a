package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AcknowledgedOutputTest {
    private static final int PATIENCE = 10_000;
    private static final int PIPE = 1 << 16;

    private Pair sockets;
    private int output;

    @BeforeEach
    void connect() throws Exception {
        sockets = Descriptors.streamSockets();
        output = AcknowledgedOutput.passOn("test", sockets.reading());
    }

    private void machineWrites(String text) throws Exception {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(Descriptors.write(sockets.writing(), bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }

    private long machineHears() throws Exception {
        assertThat(Descriptors.awaitReadable(sockets.writing(), PATIENCE)).isTrue();
        var word = new byte[8];
        assertThat(Descriptors.read(sockets.writing(), word)).isEqualTo(8);
        return ByteBuffer.wrap(word).getLong();
    }

    private String read() throws Exception {
        var buffer = new byte[1 << 17];
        return new String(buffer, 0, Descriptors.read(output, buffer), StandardCharsets.UTF_8);
    }

    private void readIfAny() throws Exception {
        if (Descriptors.awaitReadable(output, 0)) {
            read();
        }
    }

    private void close() {
        Descriptors.close(sockets.writing());
        Descriptors.close(output);
    }

    @Test
    void whatTheMachineKnowsToHaveArrivedIsThere() throws Exception {
        machineWrites("hello ");
        assertThat(machineHears()).isEqualTo(6);
        machineWrites("world");
        assertThat(machineHears()).isEqualTo(11);

        assertThat(read()).isEqualTo("hello world");
        close();
    }

    @Test
    void nothingIsSaidOfWhatNobodyHasRoomFor() throws Exception {
        machineWrites("x".repeat(PIPE));
        assertThat(machineHears()).isEqualTo(PIPE);
        machineWrites("y");
        assertThat(Descriptors.awaitReadable(sockets.writing(), 200)).isFalse();

        assertThat(read()).hasSize(PIPE);

        assertThat(machineHears()).isEqualTo(PIPE + 1);
        assertThat(read()).isEqualTo("y");
        close();
    }

    @Test
    void theEndOfTheMachineIsTheEndOfItsOutput() throws Exception {
        machineWrites("last");
        Descriptors.close(sockets.writing());

        assertThat(Descriptors.awaitReadable(output, PATIENCE)).isTrue();
        assertThat(read()).isEqualTo("last");
        assertThat(Descriptors.awaitReadable(output, PATIENCE)).isTrue();
        assertThat(read()).isEmpty();
        Descriptors.close(output);
    }

    @Test
    void aMachineThatHearsNothingIsToldTheLastOfIt() throws Exception {
        var pieces = 100_000;
        for (var i = 0; i < pieces; i++) {
            machineWrites("z");
            readIfAny();
        }

        var heard = 0L;
        while (heard < pieces) {
            readIfAny();
            heard = machineHears();
        }
        assertThat(heard).isEqualTo(pieces);
        close();
    }
}
