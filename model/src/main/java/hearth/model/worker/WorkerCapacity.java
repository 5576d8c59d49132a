package hearth.model.worker;

import hearth.model.Bytes;

/// What a worker offers to environments in all.
///
/// @param memory for all sandboxes together
/// @param milliCpus thousandths of a core
/// @param slots how many environments at most
public record WorkerCapacity(Bytes memory, int milliCpus, int slots) {}
