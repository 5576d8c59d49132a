package hearth.invoke.placement;

import hearth.model.Bytes;
import hearth.model.FunctionVersion;

/// What one environment takes of its worker.
///
/// @param memory of the function, as configured
/// @param milliCpus thousandths of a core
public record Demand(Bytes memory, int milliCpus) {
    public static Demand of(FunctionVersion function) {
        return new Demand(function.memory(), function.milliCpus());
    }
}
