package hearth.worker.environment;

import hearth.model.FunctionVersion;
import hearth.worker.code.CodeCache;
import hearth.worker.code.Lease;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The files that a function brings of its own: its code, and what its layers hold. They do not change while in use.
record FunctionFiles(Lease code, Optional<Lease> layers) implements AutoCloseable {
    private static final String CODE = "/var/task";
    private static final String LAYERS = "/opt";

    /// The files if all of them are here. Does not wait.
    static Optional<FunctionFiles> ifHere(FunctionVersion function, CodeCache cache) {
        var code = cache.leaseIfHere(function.code());
        if (code.isEmpty() || function.layers().isEmpty()) {
            return code.map(lease -> new FunctionFiles(lease, Optional.empty()));
        }
        var layers = cache.leaseLayersIfHere(function.layers());
        if (layers.isEmpty()) {
            code.get().close();
            return Optional.empty();
        }
        return Optional.of(new FunctionFiles(code.get(), layers));
    }

    /// Blocks until all is here.
    static FunctionFiles acquire(FunctionVersion function, CodeCache cache) throws IOException, InterruptedException {
        var code = cache.acquire(function.code());
        try {
            return new FunctionFiles(
                    code,
                    function.layers().isEmpty()
                            ? Optional.empty()
                            : Optional.of(cache.acquireLayers(function.layers())));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            code.close();
            throw e;
        }
    }

    List<Mount> mounts() {
        return Stream.concat(
                        Stream.of(new Mount(code.directory(), CODE)),
                        layers.stream().map(lease -> new Mount(lease.directory(), LAYERS)))
                .toList();
    }

    /// Whether there is a file of this name, as the inside has it, at the top of a mount. A link counts as one: where
    /// it leads is for the inside to find out, not for the host. A directory does not.
    boolean has(String inside) {
        return mounts().stream()
                .filter(mount -> inside.startsWith(mount.inside() + "/"))
                .map(mount -> host(mount, inside))
                .anyMatch(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static Path host(Mount mount, String inside) {
        return mount.host().resolve(inside.substring(mount.inside().length() + 1));
    }

    @Override
    public void close() {
        code.close();
        layers.ifPresent(Lease::close);
    }
}
