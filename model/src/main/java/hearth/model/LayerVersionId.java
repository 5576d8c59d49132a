package hearth.model;

import java.util.Optional;
import java.util.regex.Pattern;

/// One version of a layer, which never changes and whose number is never used again.
public record LayerVersionId(LayerId layer, long number) {
    /// Wider than the API's, which has held its own against the text: 19 digits may not fit.
    private static final Pattern ARN =
            Pattern.compile("arn:[^:]+:lambda:([^:]+):([0-9]{12}):layer:([a-zA-Z0-9-_]+):([1-9][0-9]{0,17})");

    /// The layer version that an ARN names; empty when there can be none such.
    public static Optional<LayerVersionId> parse(String arn) {
        var parts = ARN.matcher(arn);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var layer = new LayerId(new AccountId(parts.group(2)), new Region(parts.group(1)), parts.group(3));
        return Optional.of(layer.version(Long.parseLong(parts.group(4))))
                .filter(version -> version.arn().equals(arn));
    }

    public String arn() {
        return layer.arn() + ":" + number;
    }

    @Override
    public String toString() {
        return arn();
    }
}
