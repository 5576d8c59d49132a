package hearth.cluster;

import org.jspecify.annotations.Nullable;

/// Which of an account's event source mappings are meant.
///
/// @param functionArn null for those of every function
/// @param sourceArn null for those of every source
public record MappingFilter(
        @Nullable String functionArn, @Nullable String sourceArn) {
    public static final MappingFilter ALL = new MappingFilter(null, null);
}
