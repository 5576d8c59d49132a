package hearth.cluster;

import hearth.model.EventSourceMappingId;

/// The right to poll the source of a mapping.
///
/// @param owner the server that has it, by the name of its life; empty when nobody has
/// @param epoch how often it has come to an owner
public record SourceLease(EventSourceMappingId mapping, String owner, long epoch) {}
