package hearth.server.cli;

import hearth.cluster.bucket.BucketLocation;
import java.util.Optional;

/// The option that says where deployment packages are kept.
final class ObjectsOption {
    static final Option OBJECTS = Option.of(
                    "--objects",
                    "S3-URL",
                    "",
                    "A bucket for deployment packages, such as " + BucketLocation.EXAMPLE
                            + "; else they are files of the"
                            + " data folder, which then has copies of at most cache=10240 MiB. Credentials are taken from"
                            + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            .orEnvironment("HEARTH_OBJECTS");

    private ObjectsOption() {}

    static Optional<BucketLocation> location(Arguments arguments) {
        var text = arguments.text(OBJECTS);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var location = parse(text);
        var environment = arguments.environment();
        boolean known =
                environment.containsKey("AWS_ACCESS_KEY_ID") && environment.containsKey("AWS_SECRET_ACCESS_KEY");
        // AWS's own S3 may know this host by its role; nobody else's does.
        if (location.endpoint().isPresent() && !known) {
            throw new UsageException(OBJECTS.name() + " needs the credentials of " + location
                    + ": set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }
        return Optional.of(location);
    }

    private static BucketLocation parse(String text) {
        try {
            return BucketLocation.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(OBJECTS.name() + " " + e.getMessage());
        }
    }
}
