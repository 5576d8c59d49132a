package hearth.control.code;

import org.jspecify.annotations.Nullable;

/// An object in S3.
///
/// @param version null for the latest
public record S3Object(String bucket, String key, @Nullable String version) {}
