package hearth.server.cli;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import java.util.ArrayList;
import java.util.List;

/// The options that say where the services around Lambda are. What they do not say is taken from the variables that
/// AWS's own clients read.
final class EndpointOptions {
    static final Option ENDPOINT = Option.list(
                    "--endpoint",
                    "SERVICE=URL",
                    "Where a service of AWS is, such as sqs=http://127.0.0.1:9324, before AWS_ENDPOINT_URL_SERVICE and"
                            + " AWS_ENDPOINT_URL; repeatable")
            .orEnvironment("HEARTH_ENDPOINT");
    static final Option S3_ENDPOINT = Option.of(
                    "--s3-endpoint",
                    "URL",
                    "",
                    "As --endpoint s3=URL: where code in S3 (S3Bucket, S3Key) is fetched from, with the"
                            + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment if there are some")
            .orEnvironment("HEARTH_S3_ENDPOINT");

    private EndpointOptions() {}

    static ServiceEndpoints endpoints(Arguments arguments) {
        var known = known(arguments);
        var assignments = new ArrayList<>(arguments.list(ENDPOINT));
        var s3 = arguments.text(S3_ENDPOINT);
        if (!s3.isEmpty()) {
            assignments.add("s3=" + s3);
        }
        var named = named(ServiceEndpoints.NONE, assignments);
        if (named.own().containsKey(ServiceName.LAMBDA)) {
            throw new UsageException(ENDPOINT.name() + " names other services: Lambda is Hearth itself");
        }
        if (!s3.isEmpty() && !named.equals(named(named, arguments.list(ENDPOINT)))) {
            throw new UsageException(S3_ENDPOINT.name() + " and " + ENDPOINT.name() + " name two endpoints of S3");
        }
        return named(known, assignments);
    }

    private static ServiceEndpoints known(Arguments arguments) {
        try {
            return ServiceEndpoints.of(arguments.environment());
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static ServiceEndpoints named(ServiceEndpoints known, List<String> assignments) {
        try {
            return known.with(assignments);
        } catch (IllegalArgumentException e) {
            throw new UsageException(ENDPOINT.name() + " " + e.getMessage());
        }
    }
}
