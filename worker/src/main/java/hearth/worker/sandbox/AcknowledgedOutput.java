package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import hearth.worker.linux.LinuxException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/// What the programs of a machine write, on its way from a connection with the machine into a pipe, where whoever reads
/// it has all of it that the machine knows to have arrived: after each piece the machine is told how many bytes the
/// pipe has had (8 bytes, big-endian; `guest/microvm/control.c`).
///
/// A thread of its own copies, and ends with the connection or with the last reader of the pipe.
final class AcknowledgedOutput {
    private static final Logger log = System.getLogger(AcknowledgedOutput.class.getName());
    private static final int PIECE = 1 << 16;

    /// How soon a machine that took no word is told again, in milliseconds. Words add up: only the last one counts.
    private static final int AGAIN = 20;

    private static final int FOREVER = -1;
    private static final int ENDED = -1;

    private final int connection;
    private final int pipe;
    private long passed;
    private long told;

    private AcknowledgedOutput(int connection, int pipe) {
        this.connection = connection;
        this.pipe = pipe;
    }

    /// @param connection a stream that does not block; from now on the thread's to close
    /// @return the pipe's reading end, the caller's to close
    static int passOn(String name, int connection) throws LinuxException {
        Pair pipe;
        try {
            pipe = Descriptors.pipe();
            Descriptors.nonBlocking(pipe.writing());
        } catch (LinuxException e) {
            Descriptors.close(connection);
            throw e;
        }
        var output = new AcknowledgedOutput(connection, pipe.writing());
        Thread.ofPlatform().daemon().name("microvm-output-" + name).start(output::run);
        return pipe.reading();
    }

    private void run() {
        try {
            var piece = new byte[PIECE];
            for (var length = read(piece); length != ENDED; length = read(piece)) {
                pass(piece, length);
                tell();
            }
        } catch (LinuxException e) {
            log.log(Level.DEBUG, "output ends: {0}", e.getMessage());
        } finally {
            Descriptors.close(connection);
            Descriptors.close(pipe);
        }
    }

    /// @return how many bytes there are now, or `ENDED`
    private int read(byte[] piece) throws LinuxException {
        try {
            if (!Descriptors.awaitReadable(connection, told < passed ? AGAIN : FOREVER)) {
                return 0;
            }
            var length = Descriptors.read(connection, piece);
            return length == 0 ? ENDED : length;
        } catch (LinuxException e) {
            if (e.is("EINTR") || e.is("EAGAIN")) {
                return 0;
            }
            throw e;
        }
    }

    private void pass(byte[] piece, int length) throws LinuxException {
        for (var done = 0; done < length; ) {
            Descriptors.awaitWritable(pipe, FOREVER);
            done += written(pipe, piece, done, length - done);
        }
        passed += length;
    }

    private void tell() throws LinuxException {
        if (told < passed) {
            var word = ByteBuffer.allocate(Long.BYTES).putLong(passed).array();
            // A socket takes so few bytes whole or not at all.
            if (written(connection, word, 0, word.length) == word.length) {
                told = passed;
            }
        }
    }

    /// @return how much; nothing where there is no room
    private static int written(int fd, byte[] bytes, int from, int length) throws LinuxException {
        try {
            return Descriptors.write(fd, bytes, from, length);
        } catch (LinuxException e) {
            if (e.is("EAGAIN") || e.is("EINTR")) {
                return 0;
            }
            throw e;
        }
    }
}
