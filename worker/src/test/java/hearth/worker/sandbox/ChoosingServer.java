package hearth.worker.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A server that chooses a kind of sandbox, runs a program in one, says what came of it, and ends.
final class ChoosingServer {
    private ChoosingServer() {}

    /// @param arguments the launcher, a directory, `auto` or a kind, and whether there is to be a network
    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments[1]);
        var config = new SandboxConfig(
                Path.of(arguments[0]),
                directory,
                Instance.of(directory),
                new NetworkPolicy(arguments[3].equals("internet"), List.of(), List.of()),
                Stream.of(SandboxKind.values())
                        .filter(kind -> kind.label().equals(arguments[2]))
                        .findFirst());
        var choice = Sandboxes.choose(config);
        try (var factory = choice.factory();
                var sandbox = factory.create(SandboxRun.spec())) {
            choice.refusals()
                    .forEach(refusal ->
                            System.out.printf("refused %s: %s%n", refusal.kind().label(), refusal.reason()));
            System.out.printf(
                    "%s says %s",
                    factory.kind().label(),
                    SandboxRun.run(sandbox, "echo hello").output());
        }
    }
}
