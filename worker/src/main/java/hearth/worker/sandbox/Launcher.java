package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs `guest/launcher`, the small C program that makes sandboxes.
final class Launcher {
    /// Generous: a healthy launch takes milliseconds.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int SPEC = 3;
    private static final int STATUS = 4;

    private final Path program;
    private final Spawner spawner;

    Launcher(Path program, Spawner spawner) {
        this.program = program;
        this.spawner = spawner;
    }

    Spawner spawner() {
        return spawner;
    }

    /// What became of a launch.
    ///
    /// @param init the process that was started, as the launcher's own number for it
    /// @param mounts a descriptor of its mount namespace
    /// @param status the socket of later messages
    record Launched(int init, int mounts, int status) {
        /// The process, by a descriptor. Where none is left, it is ended, and the socket closed.
        ChildProcess child() throws LinuxException {
            try {
                return ChildProcess.of(init);
            } catch (LinuxException e) {
                Descriptors.close(status);
                throw e;
            }
        }
    }

    /// Starts the launcher and waits until it has done its part.
    ///
    /// @param descriptors more of them for the launcher, by number
    Launched launch(LaunchWords words, Map<Integer, Integer> descriptors) throws SandboxException {
        try {
            var status = Descriptors.messageSockets();
            try {
                return launch(words, descriptors, status);
            } catch (LinuxException | SandboxException e) {
                Descriptors.close(status.reading());
                throw e;
            } finally {
                Descriptors.close(status.writing());
            }
        } catch (LinuxException e) {
            throw new SandboxException("the launcher cannot be run: " + e.getMessage(), e);
        }
    }

    private Launched launch(LaunchWords words, Map<Integer, Integer> descriptors, Descriptors.Pair status)
            throws LinuxException, SandboxException {
        var spec = Descriptors.memoryFile(words.toBytes());
        try (var child = spawn(spec, status.writing(), descriptors)) {
            try {
                var init = await(status.reading());
                return new Launched(init, mountsOf(child, init), status.reading());
            } catch (LinuxException | SandboxException e) {
                child.signal(ChildProcess.SIGKILL);
                throw e;
            } finally {
                letGo(status.reading());
                child.await();
            }
        } finally {
            Descriptors.close(spec);
        }
    }

    private static int mountsOf(ChildProcess launcher, int init) throws LinuxException {
        try {
            return Descriptors.open(Path.of("/proc/%d/ns/mnt".formatted(launcher.pid())));
        } catch (LinuxException e) {
            if (init != launcher.pid()) {
                try (var orphan = ChildProcess.of(init)) {
                    orphan.signal(ChildProcess.SIGKILL);
                    orphan.await();
                }
            }
            throw e;
        }
    }

    private ChildProcess spawn(int spec, int status, Map<Integer, Integer> descriptors) throws LinuxException {
        var all = new HashMap<>(descriptors);
        all.put(SPEC, spec);
        all.put(STATUS, status);
        // Its name is what a function sees of pid 1.
        return spawner.spawn(new Spawner.Command(program, List.of("init"), Map.of(), Path.of("/"), all));
    }

    private static int await(int status) throws LinuxException, SandboxException {
        if (!Descriptors.awaitReadable(status, (int) PATIENCE.toMillis())) {
            throw new SandboxException("the launcher did not answer within " + PATIENCE.toSeconds() + " s");
        }
        var message = message(status);
        if (!message.startsWith("P ")) {
            throw new SandboxException(
                    message.isEmpty() ? "the launcher ended without a word" : "launcher: " + message.substring(2));
        }
        return Integer.parseInt(message.substring(2));
    }

    /// The next message of the launcher or of init; empty if there is none.
    static String message(int status) throws LinuxException {
        var buffer = new byte[1100];
        var length = Descriptors.read(status, buffer);
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    private static void letGo(int status) {
        try {
            Descriptors.write(status, new byte[] {'.'}, 0, 1);
        } catch (LinuxException e) {
            // It has ended already.
        }
    }
}
