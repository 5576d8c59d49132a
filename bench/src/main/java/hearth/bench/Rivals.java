package hearth.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// This checkout's build and the earlier one that it is measured beside.
record Rivals(Build now, Optional<Build> earlier) {
    /// A server of each build, on folders of their own, at the same time: they take turns at the work.
    Servers start(Path folder, String data, String... options) throws IOException {
        var mine = HearthServer.start(now.repository(), folder.resolve(data + "-now"), options);
        try {
            return new Servers(
                    mine,
                    earlier.isPresent()
                            ? Optional.of(HearthServer.start(
                                    earlier.get().repository(), folder.resolve(data + "-earlier"), options))
                            : Optional.empty());
        } catch (IOException e) {
            mine.close();
            throw e;
        }
    }

    /// The servers that take turns.
    record Servers(HearthServer now, Optional<HearthServer> earlier) implements AutoCloseable {
        void create(String function, String runtime, String handler, byte[] zip, int megabytes) throws IOException {
            now.create(function, runtime, handler, zip, megabytes);
            if (earlier.isPresent()) {
                earlier.get().create(function, runtime, handler, zip, megabytes);
            }
        }

        @Override
        public void close() {
            now.close();
            earlier.ifPresent(HearthServer::close);
        }
    }
}
