package hearth.server.metrics;

/// The configuration of what is counted, and for whom.
///
/// @param served whether `GET /metrics` is answered (`--metrics`, on)
/// @param functions how many functions have figures of their own; all others share theirs
///     (`--metrics-functions`, 100)
public record MetricsConfig(boolean served, int functions) {
    public static final MetricsConfig DEFAULT = new MetricsConfig(true, 100);
}
