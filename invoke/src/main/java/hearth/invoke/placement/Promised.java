package hearth.invoke.placement;

import hearth.model.Bytes;

/// What a worker has promised to environments, made or being made.
public record Promised(int environments, Bytes memory, long milliCpus) {}
