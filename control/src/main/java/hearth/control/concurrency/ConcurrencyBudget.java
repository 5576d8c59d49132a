package hearth.control.concurrency;

import hearth.cluster.FunctionView;

/// The concurrency of an account in a region, as far as one function may have it.
///
/// @param account all there is
record ConcurrencyBudget(FunctionView function, int account) {
    /// AWS leaves so much to functions without a reservation, and all that there is in accounts that have less.
    private static final int LEAST_UNRESERVED = 100;

    /// The part that must stay unreserved.
    int leastUnreserved() {
        return Math.min(LEAST_UNRESERVED, account);
    }

    /// The part that is left to functions without a reservation, when this one takes nothing.
    int unreservedWithout() {
        return Math.toIntExact(
                account - function.takenOfAccount().total() + function.taken().total());
    }
}
