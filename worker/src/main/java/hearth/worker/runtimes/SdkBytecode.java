package hearth.worker.runtimes;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The shared Python SDK's modules, compiled: a sandbox cannot write them next to their sources, and would compile them
/// anew at each import. Once for each version of Python.
final class SdkBytecode {
    private static final System.Logger LOG = System.getLogger(SdkBytecode.class.getName());
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /// For all users to read, whatever the server's umask is. Nobody changes the sources, so that their times, which a
    /// copy may lose, do not count.
    private static final String COMPILE = """
            import compileall, os, py_compile, sys
            os.umask(0o022)
            never = py_compile.PycInvalidationMode.UNCHECKED_HASH
            sys.exit(not compileall.compile_dir(sys.argv[1], quiet=2, invalidation_mode=never))
            """;

    private SdkBytecode() {}

    /// Compiles them unless that was done. Where the folder cannot be written, imports take longer and nothing else.
    ///
    /// @param tag of this version in file names, such as `cpython-312`
    static void compile(SharedSdk sdk, Interpreter interpreter, String tag) {
        var done = sdk.folder().resolveSibling("compiled-" + tag);
        if (Files.exists(done) || !Files.isWritable(sdk.folder())) {
            return;
        }
        try {
            if (run(interpreter, sdk.folder())) {
                Files.writeString(done, "");
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Cannot compile " + sdk.folder() + " with " + interpreter.executable(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean run(Interpreter interpreter, Path folder) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        interpreter.executable().toString(), "-I", "-S", "-c", COMPILE, folder.toString())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        var libraries = interpreter.prefix().resolve("lib").toString();
        builder.environment().put("LD_LIBRARY_PATH", libraries);
        var process = builder.start();
        try {
            return process.waitFor(PATIENCE) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
