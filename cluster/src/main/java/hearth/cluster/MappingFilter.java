package hearth.cluster;

import org.jspecify.annotations.Nullable;

/// A choice among an account's event source mappings.
///
/// @param functionArn null for those of every function
/// @param sourceArn null for those of every source
public record MappingFilter(
        @Nullable String functionArn, @Nullable String sourceArn) {
    public static final MappingFilter ALL = new MappingFilter(null, null);
}
