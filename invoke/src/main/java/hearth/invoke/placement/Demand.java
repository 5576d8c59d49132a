package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.FunctionVersion;

/// What one environment takes of its worker.
///
/// @param memory of the function, as configured
/// @param milliCpus thousandths of a core: AWS gives one core for each 1,769 MiB
public record Demand(Bytes memory, int milliCpus) {
    private static final int MEBIBYTES_OF_A_CORE = 1769;

    public static Demand of(FunctionVersion function) {
        var milliCpus = function.memory().toMebibytes() * 1000 / MEBIBYTES_OF_A_CORE;
        return new Demand(function.memory(), (int) milliCpus);
    }
}
