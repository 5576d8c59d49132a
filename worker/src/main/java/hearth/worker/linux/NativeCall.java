package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// A function of the C library that answers -1 and sets `errno` where it fails.
///
/// A signature is one letter for each type, the result first: `i` an int, `l` a long (or `size_t`), `p` an address.
/// `lipl` is `ssize_t read(int, void *, size_t)`.
final class NativeCall {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final String name;
    private final MethodHandle handle;

    private NativeCall(String name, FunctionDescriptor signature, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        var all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = Linker.Option.captureCallState("errno");
        this.name = name;
        var target = linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature, all);
        var arguments = signature.argumentLayouts().size();
        this.handle = target.asSpreader(Object[].class, arguments)
                .asType(MethodType.methodType(long.class, MemorySegment.class, Object[].class));
    }

    static NativeCall of(String name, String signature) {
        return new NativeCall(name, descriptor(signature));
    }

    /// @param fixed how many of the arguments the C prototype names, the rest being `...`
    static NativeCall variadic(String name, String signature, int fixed) {
        return new NativeCall(name, descriptor(signature), Linker.Option.firstVariadicArg(fixed));
    }

    /// @return what the function answered
    long call(String about, Object... arguments) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            var result = (long) handle.invokeExact(state, arguments);
            if (result == -1) {
                throw new LinuxException(about.isEmpty() ? name : name + " " + about, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (LinuxException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static FunctionDescriptor descriptor(String signature) {
        var types = signature.chars().mapToObj(NativeCall::layout).toArray(MemoryLayout[]::new);
        return FunctionDescriptor.of(types[0], Arrays.copyOfRange(types, 1, types.length));
    }

    private static MemoryLayout layout(int letter) {
        return switch (letter) {
            case 'i' -> ValueLayout.JAVA_INT;
            case 'l' -> ValueLayout.JAVA_LONG;
            case 'p' -> ValueLayout.ADDRESS;
            default -> throw new IllegalArgumentException("no such type: " + (char) letter);
        };
    }
}
