package hearth.cluster;

import static hearth.cluster.Samples.id;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// A process that writes to a store until it is killed, and prints each write that was acknowledged: a function's
/// name and its newest version, or -1 once it is deleted.
final class CrashingWriter {
    private static final int THREADS = 8;

    private CrashingWriter() {}

    public static void main(String[] arguments) {
        var store = Store.open(Path.of(arguments[0]));
        long seed = Long.parseLong(arguments[1]);
        var acknowledged = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        for (int number = 0; number < THREADS; number++) {
            var random = new Random(seed * THREADS + number);
            var name = (number % 2 == 0 ? "kept" : "deletable") + number;
            Thread.ofPlatform().start(() -> {
                while (true) {
                    acknowledged.println(name + " " + step(store, name, random));
                }
            });
        }
    }

    /// One write to a function that no other thread writes to.
    private static long step(Store store, String name, Random random) {
        var functions = store.functions();
        var function = functions.find(id(name));
        if (function.isEmpty()) {
            try (var held = store.blobs().put(code(random))) {
                functions.create(Change.to(Samples.function(name, functions.nextGeneration(), held.digest())));
            }
            return 0;
        }
        if (name.startsWith("deletable") && random.nextInt(6) == 0) {
            functions.delete(id(name));
            return -1;
        }
        return random.nextBoolean()
                ? publish(functions, name)
                : update(store, name, random, function.get().versionCounter());
    }

    private static long publish(FunctionStore functions, String name) {
        long generation = functions.nextGeneration();
        return functions
                .update(id(name), before -> {
                    long number = before.versionCounter() + 1;
                    return Change.publishing(
                            before.withPublished(number, generation),
                            new VersionRecord(
                                    Samples.configuration(name, Long.toString(number)),
                                    before.latest().code(),
                                    generation,
                                    Samples.SOURCE,
                                    List.of()));
                })
                .orElseThrow()
                .function()
                .versionCounter();
    }

    private static long update(Store store, String name, Random random, long versions) {
        long generation = store.functions().nextGeneration();
        try (var held = store.blobs().put(code(random))) {
            var _ = store.functions()
                    .update(
                            id(name),
                            before -> Change.to(before.withPrevious(Optional.of(before.latest()))
                                    .withLatest(Samples.function(name, generation, held.digest())
                                            .latest())));
        }
        return versions;
    }

    private static byte[] code(Random random) {
        var code = new byte[random.nextInt(1, 20_000)];
        random.nextBytes(code);
        return code;
    }
}
