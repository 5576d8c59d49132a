package hearth.worker.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// The launcher's filter of system calls, run here as the kernel runs it: so that every call can be tried.
record FilterProgram(ByteBuffer code) {
    static final int X86_64 = 0xc000003e;
    static final int ALLOW = 0x7fff0000;
    static final int KILL = 0x80000000;
    private static final int ERROR = 0x00050000;
    private static final int INSTRUCTION = 8;

    /// What a call gets, after how many instructions.
    record Answer(int value, int steps) {
        boolean allows() {
            return value == ALLOW;
        }

        /// @return the error; -1 where it is something else
        int error() {
            return (value & 0xffff0000) == ERROR ? value & 0xffff : -1;
        }
    }

    static FilterProgram of(Path launcher) throws Exception {
        var process = new ProcessBuilder(launcher.toString(), "--print-filter").start();
        var code = process.getInputStream().readAllBytes();
        return new FilterProgram(ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN));
    }

    Answer call(int number, long... arguments) {
        return run(X86_64, number, arguments);
    }

    Answer run(int architecture, int number, long... arguments) {
        var data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(number).putInt(architecture).putLong(0);
        for (var argument : arguments) {
            data.putLong(argument);
        }
        var accumulator = 0;
        var at = 0;
        for (var steps = 1; ; steps++) {
            var operation = code.getShort(at * INSTRUCTION);
            var whenTrue = Byte.toUnsignedInt(code.get(at * INSTRUCTION + 2));
            var whenFalse = Byte.toUnsignedInt(code.get(at * INSTRUCTION + 3));
            var operand = code.getInt(at * INSTRUCTION + 4);
            at++;
            switch (operation) {
                case 0x20 -> accumulator = data.getInt(operand);
                case 0x54 -> accumulator &= operand;
                case 0x05 -> at += operand;
                case 0x15 -> at += accumulator == operand ? whenTrue : whenFalse;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, operand) >= 0 ? whenTrue : whenFalse;
                case 0x45 -> at += (accumulator & operand) != 0 ? whenTrue : whenFalse;
                case 0x06 -> {
                    return new Answer(operand, steps);
                }
                default -> throw new AssertionError("no instruction of the filter: " + operation);
            }
        }
    }
}
