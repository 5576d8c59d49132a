package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import hearth.worker.linux.LinuxException;
import java.util.Optional;
import java.util.OptionalInt;

/// What connects a process with the server: pipes for its output, and a channel if it is to have one. The reading ends
/// are ours, the writing ends go to the process.
///
/// Closing it closes what nobody took.
final class ProcessPipes implements AutoCloseable {
    private final Pair output;
    private final Pair framed;
    private final Optional<Pair> channel;
    private boolean taken;

    private ProcessPipes(Pair output, Pair framed, Optional<Pair> channel) {
        this.output = output;
        this.framed = framed;
        this.channel = channel;
    }

    /// Our ends, non-blocking.
    record Ours(int output, int framed, OptionalInt channel) {}

    static ProcessPipes open(boolean withChannel) throws LinuxException {
        var output = Descriptors.pipe();
        try {
            var framed = Descriptors.pipe();
            try {
                var channel = withChannel ? Optional.of(Descriptors.streamSockets()) : Optional.<Pair>empty();
                return new ProcessPipes(output, framed, channel);
            } catch (LinuxException e) {
                close(framed);
                throw e;
            }
        } catch (LinuxException e) {
            close(output);
            throw e;
        }
    }

    Pair output() {
        return output;
    }

    Pair framed() {
        return framed;
    }

    Optional<Pair> channel() {
        return channel;
    }

    /// The caller takes our ends over.
    Ours takeOurs() {
        taken = true;
        var ours = channel.isPresent() ? OptionalInt.of(channel.get().reading()) : OptionalInt.empty();
        return new Ours(output.reading(), framed.reading(), ours);
    }

    @Override
    public void close() {
        close(output, taken);
        close(framed, taken);
        channel.ifPresent(pair -> close(pair, taken));
    }

    private static void close(Pair pair, boolean taken) {
        Descriptors.close(pair.writing());
        if (!taken) {
            Descriptors.close(pair.reading());
        }
    }

    private static void close(Pair pair) {
        close(pair, false);
    }
}
