package hearth.cluster;

import java.util.function.Supplier;

/// A server that shares a database with other members of a cluster.
///
/// @param name that no other member has
/// @param objects the bucket of its packages, in one form for all members; empty for its own data folder
/// @param status what it says of itself, in lines, whenever it is asked; by a thread that renews its membership
public record StoreMember(String name, String objects, Supplier<String> status) {}
