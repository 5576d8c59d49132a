package hearth.control.functions;

import hearth.cluster.BlobStore;
import hearth.control.operation.Refusals;
import hearth.model.CodeDigest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A container image as a request names it, such as `registry.example.com/team/app:1`.
///
/// @param repository without tag and digest
/// @param digest that the URI names; made from the URI where it names none, since no registry is asked
record ImageReference(String uri, String repository, CodeDigest digest) {
    private static final Pattern REFERENCE =
            Pattern.compile("(?<repository>([\\w.-]+(:[0-9]{1,5})?/)?[\\w.-]+(/[\\w.-]+)*)(:\\w[\\w.-]{0,127})?"
                    + "(@sha256:(?<digest>[0-9a-f]{64}))?");

    static ImageReference of(String uri) {
        var parts = REFERENCE.matcher(uri);
        if (!parts.matches()) {
            throw Refusals.invalid("Source image " + uri + " is not valid. Provide a valid source image.");
        }
        var digest = parts.group("digest");
        return new ImageReference(
                uri,
                parts.group("repository"),
                digest == null ? BlobStore.digestOf(uri.getBytes(StandardCharsets.UTF_8)) : new CodeDigest(digest));
    }

    String resolved() {
        return repository + "@sha256:" + digest.hex();
    }
}
