package hearth.invoke.counting.sharded;

/// A frontend that holds leases, in one of its lives.
///
/// @param incarnation differs with each start of the frontend: what an earlier one holds is not the later one's
public record HolderId(String frontend, long incarnation) {}
