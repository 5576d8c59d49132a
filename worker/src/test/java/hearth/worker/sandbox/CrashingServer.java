package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// A server to be killed: makes a sandbox of the given kind, runs a process in it that would never end, and has made
/// ahead what it makes ahead. For each byte that it reads it says that the process is up; it ends when there are no
/// more.
final class CrashingServer {
    private CrashingServer() {}

    public static void main(String[] arguments) throws SandboxException, IOException {
        var config = config(Path.of(arguments[0]), SandboxKind.valueOf(arguments[1]));
        try (var factory = Sandboxes.choose(config).factory();
                var sandbox = factory.create(SandboxRun.spec())) {
            var process = sandbox.start(
                    SandboxRun.shell("echo x > /tmp/x; setsid sleep 1000 & while :; do echo up; sleep 0.1; done"));
            if (factory instanceof NamespaceSandboxFactory namespaces) {
                SandboxRun.await(namespaces::isStocked);
            }
            while (System.in.read() >= 0) {
                SandboxRun.awaitOutput(process, "up");
                System.out.println("up");
            }
            process.kill();
            process.close();
        }
    }

    static SandboxConfig config(Path directory, SandboxKind kind) {
        return new SandboxConfig(
                SandboxRun.launcher(), directory, Instance.of(directory), NetworkPolicy.closed(), Optional.of(kind));
    }
}
