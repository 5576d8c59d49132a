package hearth.server.auth;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The ways in which a signature covers a request's body, as `x-amz-content-sha256` says.
sealed interface PayloadSigning {
    /// The hash of the body is signed; the header may say it beforehand.
    record Hashed(@Nullable String announced) implements PayloadSigning {}

    /// The body is not signed.
    record Unsigned() implements PayloadSigning {}

    /// The body comes in the chunks of `aws-chunked`.
    ///
    /// @param word what stands for the body in the signature of the head
    /// @param signed whether each chunk has a signature, which continues the one before
    /// @param trailer whether fields follow the last chunk
    record Chunked(String word, boolean signed, boolean trailer) implements PayloadSigning {}

    /// Reads the header; empty when it says something that is none of these.
    static Optional<PayloadSigning> parse(@Nullable String contentSha256) {
        if (contentSha256 == null) {
            return Optional.of(new Hashed(null));
        }
        return switch (contentSha256) {
            case "UNSIGNED-PAYLOAD" -> Optional.of(new Unsigned());
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" -> Optional.of(new Chunked(contentSha256, true, false));
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> Optional.of(new Chunked(contentSha256, true, true));
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> Optional.of(new Chunked(contentSha256, false, true));
            default ->
                contentSha256.matches("[0-9a-f]{64}") ? Optional.of(new Hashed(contentSha256)) : Optional.empty();
        };
    }

    /// The text that stands for the body in the canonical request, where that is known before the body.
    default Optional<String> knownHash() {
        return switch (this) {
            case Hashed(var announced) -> Optional.ofNullable(announced);
            case Unsigned() -> Optional.of("UNSIGNED-PAYLOAD");
            case Chunked chunked -> Optional.of(chunked.word());
        };
    }
}
