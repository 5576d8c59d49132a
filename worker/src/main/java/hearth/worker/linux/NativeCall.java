package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/// A function of the C library that answers -1 and sets `errno` where it fails.
///
/// A signature is one letter for each type, the result first: `i` an int, `l` a long (or `size_t`), `p` an address.
/// `lipl` is `ssize_t read(int, void *, size_t)`.
///
/// All functions are called by one handle that takes six longs, because a handle of its own for each signature took
/// a start of the server a third of its time. On Linux, both on x86-64 and on AArch64, each of the first six
/// arguments that are no floating-point numbers has a register to itself, also among those that a prototype leaves
/// open (`...`); what a function does not ask for, it does not look at.
final class NativeCall {
    private static final int REGISTERS = 6;
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle ANY = Linker.nativeLinker()
            .downcallHandle(
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.captureCallState("errno"));

    private final String name;
    private final String signature;
    private final MemorySegment address;

    private NativeCall(String name, String signature) {
        this.name = name;
        this.signature = signature;
        this.address = Linker.nativeLinker().defaultLookup().findOrThrow(name);
        if (!isSignature(signature)) {
            throw new IllegalArgumentException("no such signature: " + signature);
        }
    }

    /// By hand, because a pattern for each function is a tenth of what a start spends on them.
    private static boolean isSignature(String signature) {
        return !signature.isEmpty()
                && signature.length() <= 1 + REGISTERS
                && signature.charAt(0) != 'p'
                && signature.chars().allMatch(type -> "ilp".indexOf(type) >= 0);
    }

    static NativeCall of(String name, String signature) {
        return new NativeCall(name, signature);
    }

    /// @return what the function answered
    long call(String about, Object... arguments) throws LinuxException {
        var registers = registers(arguments);
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            var answer = (long) ANY.invokeExact(
                    address, state, registers[0], registers[1], registers[2], registers[3], registers[4], registers[5]);
            // Of an int the upper half of the register is undefined.
            var result = signature.charAt(0) == 'i' ? (int) answer : answer;
            if (result == -1) {
                throw new LinuxException(
                        about.isEmpty() ? name : name + " " + about, state.get(ValueLayout.JAVA_INT, ERRNO));
            }
            return result;
        } catch (LinuxException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        } finally {
            // What addresses point to must not be collected meanwhile.
            Reference.reachabilityFence(arguments);
        }
    }

    private long[] registers(Object[] arguments) {
        if (arguments.length != signature.length() - 1) {
            throw new IllegalArgumentException(name + " has " + (signature.length() - 1) + " arguments");
        }
        var registers = new long[REGISTERS];
        for (int i = 0; i < arguments.length; i++) {
            registers[i] = register(signature.charAt(i + 1), arguments[i]);
        }
        return registers;
    }

    private static long register(char type, Object argument) {
        return switch (type) {
            case 'i' -> (int) argument;
            case 'l' -> ((Number) argument).longValue();
            default -> ((MemorySegment) argument).address();
        };
    }
}
