package hearth.invoke.workermanager;

/// What the EnvironmentTable has done since it began. Guarded as that is.
final class EnvironmentTallies {
    long warmTakes;
    long waits;
    long asked;
    long failedStarts;
    long expired;
    long evicted;
    long refused;
    long adopted;
}
