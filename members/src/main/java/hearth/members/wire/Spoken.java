package hearth.members.wire;

/// A message on its way to another member, in a version of the protocol that both speak. What is read there is
/// the message alone.
public record Spoken(WireMessage message, int version) {}
