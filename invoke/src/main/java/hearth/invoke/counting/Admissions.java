package hearth.invoke.counting;

import hearth.model.FunctionVersion;

/// Who decides whether one more invocation may run: the CountingService of this process, or the leases that a
/// frontend holds of one elsewhere.
public interface Admissions {
    /// Does not block.
    ///
    /// @param holdNanos how long the invocation may keep its lease at most
    Admission admit(FunctionVersion version, long holdNanos);
}
