package hearth.invoke.placement;

import hearth.model.Bytes;

/// What a worker has promised to environments, made or being made.
///
/// @param kept of the memory, what goes to environments that stay whether they are needed or not
public record Promised(int environments, Bytes memory, long milliCpus, Bytes kept) {}
