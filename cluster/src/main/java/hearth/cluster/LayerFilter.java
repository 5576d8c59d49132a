package hearth.cluster;

import org.jspecify.annotations.Nullable;

/// A choice among versions of layers: those that say they are compatible with this.
///
/// @param runtime null for any, and for none
/// @param architecture null for any, and for none
public record LayerFilter(
        @Nullable String runtime, @Nullable String architecture) {
    public static final LayerFilter ALL = new LayerFilter(null, null);
}
