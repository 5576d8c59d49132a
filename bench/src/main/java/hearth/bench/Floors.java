package hearth.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;

/// What the same machine needs at the least, without Hearth.
final class Floors {
    private Floors() {}

    /// A bare HTTP server in the function's language, which calls the same handler and answers with the same bytes.
    static final class BareServer implements AutoCloseable {
        private final Process process;
        private final int port;

        /// @param handler the file that holds the function
        /// @param answer the head and body that Hearth answered with
        BareServer(Language language, String script, Path handler, byte[] answer, Path folder) throws IOException {
            var command = new ArrayList<>(language.interpreter());
            command.add(resource(script, folder).toString());
            command.add(handler.toString());
            command.add(Files.write(folder.resolve("answer-" + language.name()), answer)
                    .toString());
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            port = Integer.parseInt(process.inputReader().readLine());
        }

        InetSocketAddress address() {
            return new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port);
        }

        ProcessTree processes() {
            return new ProcessTree(process.pid());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    static Path resource(String name, Path folder) throws IOException {
        var file = folder.resolve(name);
        try (var in = Floors.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("There is no resource " + name);
            }
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    /// The median time that a command takes from start to end, in nanoseconds.
    static double start(int rounds, String... command) throws IOException, InterruptedException {
        var nanos = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            var begin = System.nanoTime();
            var status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            nanos[i] = System.nanoTime() - begin;
            if (status != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + status);
            }
        }
        return median(nanos);
    }

    /// The median time to append 4 KiB and have them on disk, in nanoseconds.
    static double fsync(int rounds, Path folder) throws IOException {
        var nanos = new double[rounds];
        try (var file =
                FileChannel.open(folder.resolve("fsync"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < rounds; i++) {
                var begin = System.nanoTime();
                file.write(ByteBuffer.allocate(4096));
                file.force(false);
                nanos[i] = System.nanoTime() - begin;
            }
        }
        return median(nanos);
    }

    static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length % 2 == 1
                ? sorted[sorted.length / 2]
                : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
    }
}
