package hearth.worker.runtimes;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.sandbox.ProcessSpec;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxProcess;
import hearth.worker.sandbox.SandboxProcess.Exit;
import hearth.worker.sandbox.SandboxSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Archives of the classes that every Java function needs (AppCDS), so that a JVM maps them and need not read,
/// check and link them anew. One for each Java and each build of our runtime, made once in a sandbox and kept.
public final class JavaArchives implements AutoCloseable {
    /// Where a sandbox sees the folder of its archive.
    static final String INSIDE = "/var/archive";

    static final String NAME = "runtime.jsa";
    private static final System.Logger LOG = System.getLogger(JavaArchives.class.getName());
    private static final Bytes MEMORY = Bytes.mebibytes(1024);
    private static final int MILLI_CPUS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MADE = "/tmp/" + NAME;

    private final Path directory;
    private final SandboxFactory sandboxes;
    private final Object making = new Object();
    private final Object life = new Object();
    private @Nullable Sandbox current; // guarded by life
    private boolean closed; // guarded by life

    /// @param directory where they are kept
    /// @param sandboxes where they are made, since an archive holds the paths that the JVM saw then; closed
    ///     after this
    public JavaArchives(Path directory, SandboxFactory sandboxes) {
        this.directory = directory;
        this.sandboxes = sandboxes;
    }

    /// The folder of the archive for exactly this Java and these words, whether or not it is there.
    Path folder(Interpreter interpreter, List<String> command, List<Path> jars) throws IOException {
        var identity = new StringBuilder()
                .append(interpreter.executable())
                .append(interpreter.modified())
                .append(command);
        for (var jar : jars) {
            identity.append(jar).append(Files.size(jar)).append(Files.getLastModifiedTime(jar));
        }
        return directory.resolve(UUID.nameUUIDFromBytes(identity.toString().getBytes(StandardCharsets.UTF_8))
                .toString());
    }

    static boolean isMade(Path folder) {
        return Files.isReadable(folder.resolve(NAME));
    }

    /// Rehearses a start and keeps what the JVM learned. Takes a second or two; where it fails, starts take longer and
    /// nothing else.
    ///
    /// @param options of the JVM, up to its main class
    void make(Path folder, List<String> options, String mainClass, List<SandboxSpec.Mount> mounts) {
        var words = new ArrayList<>(options);
        words.add(1, "-XX:ArchiveClassesAtExit=" + MADE);
        words.add(mainClass);
        words.add("--rehearse");
        synchronized (making) {
            try (var sandbox = open(String.valueOf(folder.getFileName()), mounts)) {
                run(sandbox, words, OutputStream.nullOutputStream());
                keep(sandbox, folder);
            } catch (SandboxException | IOException e) {
                LOG.log(Level.DEBUG, "No archive of classes: " + String.join(" ", words), e);
            }
        }
    }

    private Sandbox open(String name, List<SandboxSpec.Mount> mounts) throws SandboxException {
        synchronized (life) {
            if (closed) {
                throw new SandboxException("the server ends");
            }
            current = sandboxes.create(new SandboxSpec(
                    "archive-" + name, MEMORY, MILLI_CPUS, SandboxSpec.USUAL_EPHEMERAL_STORAGE, mounts));
            current.closeSockets();
            return current;
        }
    }

    /// Ends what is being made.
    @Override
    public void close() {
        synchronized (life) {
            closed = true;
            if (current != null) {
                current.close();
            }
        }
        synchronized (making) {
            LOG.log(Level.DEBUG, "no more archives are made");
        }
    }

    private void keep(Sandbox sandbox, Path folder) throws SandboxException, IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        var fresh = Files.createTempFile(folder, "making", ".jsa");
        try (var out = Files.newOutputStream(fresh)) {
            run(sandbox, List.of("/bin/cat", MADE), out);
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r--r--r--"));
        Files.move(fresh, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void run(Sandbox sandbox, List<String> command, OutputStream output)
            throws SandboxException, IOException {
        var process = sandbox.start(new ProcessSpec(command, Map.of("PATH", "/usr/bin:/bin"), "/tmp"));
        try {
            var deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!Descriptors.awaitReadable(process.pidfd(), 1)) {
                drain(process, output);
                if (System.nanoTime() > deadline) {
                    throw new IOException("not within " + PATIENCE);
                }
            }
            drain(process, output);
            if (!process.exit().equals(new Exit.Status(0))) {
                throw new IOException(command.getFirst() + " ended with " + process.exit());
            }
        } finally {
            process.close();
        }
    }

    private static void drain(SandboxProcess process, OutputStream output) throws IOException {
        var buffer = new byte[1 << 16];
        try {
            for (var length = Descriptors.read(process.output(), buffer);
                    length > 0;
                    length = Descriptors.read(process.output(), buffer)) {
                output.write(buffer, 0, length);
            }
        } catch (LinuxException e) {
            if (!e.is("EAGAIN")) {
                throw e;
            }
        }
    }
}
