package hearth.worker.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The C library's names and texts of error numbers.
final class ErrorNames {
    private static final MethodHandle NAME = lookup("strerrorname_np");
    private static final MethodHandle TEXT = lookup("strerrordesc_np");

    private ErrorNames() {}

    /// Such as `ENOENT`.
    static String name(int number) {
        return call(NAME, number);
    }

    /// Such as `No such file or directory`.
    static String text(int number) {
        return call(TEXT, number);
    }

    private static MethodHandle lookup(String function) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(function),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }

    private static String call(MethodHandle function, int number) {
        try {
            var text = (MemorySegment) function.invokeExact(number);
            return text.equals(MemorySegment.NULL)
                    ? "error " + number
                    : text.reinterpret(256).getString(0);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
