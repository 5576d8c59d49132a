package hearth.conformance;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// Stock clients of the AWS SDK for Java: only the endpoint is ours, and how long they wait.
public final class Clients {
    /// A slow machine takes longer for a thousand processes than the 30 s that the SDK waits.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Clients() {}

    public static LambdaClient lambda(URI endpoint) {
        return lambda(endpoint, "test", "test", Region.EU_WEST_1);
    }

    public static LambdaClient lambda(URI endpoint, String accessKey, String secretKey, Region region) {
        return LambdaClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                // A test sees the first answer, not that of a retry.
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .httpClientBuilder(Apache5HttpClient.builder().socketTimeout(PATIENCE))
                .build();
    }

    /// The client of another service.
    static <B extends AwsClientBuilder<B, C>, C> C of(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
    }

    /// For what only that one has: answers that are streams.
    public static LambdaAsyncClient asyncLambda(URI endpoint) {
        return LambdaAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .build();
    }
}
