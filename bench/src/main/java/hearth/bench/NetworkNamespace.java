package hearth.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Moves a thread into a network namespace.
final class NetworkNamespace {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int READ_ONLY_CLOSED_ON_EXEC = 0x80000;

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SETNS =
            function("setns", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private NetworkNamespace() {}

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /// For the rest of its life the calling thread, which must be one of the system's own, is there.
    ///
    /// @param file as `ip netns add` makes it
    static void enter(Path file) throws IOException {
        try (var arena = Arena.ofConfined()) {
            int opened = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), READ_ONLY_CLOSED_ON_EXEC);
            int entered = (int) SETNS.invokeExact(opened, CLONE_NEWNET);
            int _ = (int) CLOSE.invokeExact(opened);
            if (entered != 0) {
                throw new IOException("The network namespace " + file + " could not be entered");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
