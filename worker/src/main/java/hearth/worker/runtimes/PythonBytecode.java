package hearth.worker.runtimes;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Our Python runtime's modules, compiled: a sandbox cannot write them next to their sources, and would compile them
/// anew at each start.
///
/// @param folder with `hearth_*.py`
record PythonBytecode(Path folder) {
    private static final System.Logger LOG = System.getLogger(PythonBytecode.class.getName());
    /// Sandboxes have users of their own, who are to read the result whatever the server's umask is.
    private static final String COMPILE = """
            import os, runpy
            os.umask(0o022)
            runpy.run_module("py_compile", run_name="__main__")
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Compiles them for this interpreter unless that was done. On a host where the folder cannot be written, starts
    /// take longer and nothing else.
    ///
    /// @param tag of this version in file names, such as `cpython-312`
    void compile(Interpreter interpreter, String tag) {
        try {
            var sources = sources();
            for (var source : sources) {
                if (!isCompiled(source, tag) && Files.isWritable(folder)) {
                    run(interpreter, sources);
                    return;
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Cannot compile " + folder + " with " + interpreter.executable(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Path> sources() throws IOException {
        try (var files = Files.newDirectoryStream(folder, "hearth_*.py")) {
            var sources = new ArrayList<Path>();
            files.forEach(sources::add);
            return sources;
        }
    }

    /// The compiled file begins with a magic number, flags, and the time and size of its source.
    private boolean isCompiled(Path source, String tag) throws IOException {
        var name = source.getFileName().toString().replace(".py", "." + tag + ".pyc");
        var compiled = folder.resolve("__pycache__").resolve(name);
        if (!Files.exists(compiled)) {
            return false;
        }
        try (var in = Files.newInputStream(compiled)) {
            var header = ByteBuffer.wrap(in.readNBytes(16)).order(ByteOrder.LITTLE_ENDIAN);
            return header.remaining() == 16
                    && header.getInt(4) == 0
                    && header.getInt(8)
                            == (int) Files.getLastModifiedTime(source)
                                    .toInstant()
                                    .getEpochSecond()
                    && header.getInt(12) == (int) Files.size(source);
        }
    }

    private void run(Interpreter interpreter, List<Path> sources) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(interpreter.executable().toString(), "-I", "-S", "-c", COMPILE));
        sources.forEach(source -> command.add(source.toString()));
        var builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        var process = builder.start();
        try {
            if (!process.waitFor(PATIENCE) || process.exitValue() != 0) {
                LOG.log(Level.DEBUG, "{0} cannot compile {1}", interpreter.executable(), folder);
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
