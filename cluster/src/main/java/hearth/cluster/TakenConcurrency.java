package hearth.cluster;

/// The part of an account's concurrency that a function, or all of its region, have for themselves.
///
/// @param reserved for functions with a reservation
/// @param provisioned for versions of functions without one; what is provisioned of a reservation is part of that
public record TakenConcurrency(long reserved, long provisioned) {
    public long total() {
        return reserved + provisioned;
    }

    TakenConcurrency minus(TakenConcurrency other) {
        return new TakenConcurrency(reserved - other.reserved, provisioned - other.provisioned);
    }
}
