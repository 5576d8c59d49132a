package hearth.invoke.counting.sharded;

/// What a frontend holds of one pool, and would like to.
///
/// @param leases how many it holds; more only when an allotment gives them
/// @param running how many of them an invocation uses
/// @param waiting how many invocations wait for one
/// @param wanted how many it would like to hold in all
public record Holding(int leases, int running, int waiting, int wanted) {}
