package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import hearth.worker.linux.LinuxException;
import java.util.Optional;
import java.util.OptionalInt;

/// What connects a process with the server: a pipe for its output, and a channel if it is to have one. The reading ends
/// are ours, the writing ends go to the process.
///
/// Closing it closes what nobody took.
final class ProcessPipes implements AutoCloseable {
    private final Pair output;
    private final Optional<Pair> channel;
    private boolean taken;

    private ProcessPipes(Pair output, Optional<Pair> channel) {
        this.output = output;
        this.channel = channel;
    }

    /// Our ends, non-blocking.
    record Ours(int output, OptionalInt channel) {}

    static ProcessPipes open(boolean withChannel) throws LinuxException {
        var output = Descriptors.pipe();
        try {
            var channel = withChannel ? Optional.of(Descriptors.streamSockets()) : Optional.<Pair>empty();
            return new ProcessPipes(output, channel);
        } catch (LinuxException e) {
            close(output, false);
            throw e;
        }
    }

    Pair output() {
        return output;
    }

    Optional<Pair> channel() {
        return channel;
    }

    /// The caller takes our ends over.
    Ours takeOurs() {
        taken = true;
        var ours = channel.isPresent() ? OptionalInt.of(channel.get().reading()) : OptionalInt.empty();
        return new Ours(output.reading(), ours);
    }

    @Override
    public void close() {
        close(output, taken);
        channel.ifPresent(pair -> close(pair, taken));
    }

    private static void close(Pair pair, boolean taken) {
        Descriptors.close(pair.writing());
        if (!taken) {
            Descriptors.close(pair.reading());
        }
    }
}
