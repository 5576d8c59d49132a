package hearth.worker.endpoints;

/// What functions reach besides the internet.
///
/// @param endpoints that they find in their environment
/// @param entrance of this server's API
public record FunctionReach(FunctionEndpoints endpoints, ApiEntrance entrance, Relays relays) {}
