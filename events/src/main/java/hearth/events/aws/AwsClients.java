package hearth.events.aws;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/// AWS's clients of other services, at the endpoints that the server was told: one for each service and region, made
/// when it is first needed.
///
/// They do not try again by themselves: whoever sends waits, and takes the message up again.
public final class AwsClients implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final ServiceEndpoints endpoints;
    private final AwsCredentialsProvider credentials;
    private final Duration patience;
    private final Map<Key, SdkClient> clients = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private record Key(ServiceName service, String region) {}

    /// @param environment with the credentials that AWS's clients read
    /// @param patience with a service that does not answer
    public AwsClients(ServiceEndpoints endpoints, Map<String, String> environment, Duration patience) {
        this.endpoints = endpoints;
        this.patience = patience;
        this.credentials = StaticCredentialsProvider.create(credentials(environment));
    }

    /// Services on a laptop take any; AWS's own are for whoever gives the server credentials.
    private static software.amazon.awssdk.auth.credentials.AwsCredentials credentials(Map<String, String> environment) {
        var key = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        var secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        var token = environment.getOrDefault("AWS_SESSION_TOKEN", "");
        if (key.isEmpty() || secret.isEmpty()) {
            return AwsBasicCredentials.create("hearth", "hearth");
        }
        return token.isEmpty()
                ? AwsBasicCredentials.create(key, secret)
                : AwsSessionCredentials.create(key, secret, token);
    }

    /// Whether a service has an endpoint of its own, and not only the one of all.
    public boolean isNamed(ServiceName service) {
        return endpoints.own().containsKey(service);
    }

    /// Whether a service is on this host, and nobody's share of it is to be spared.
    public boolean isLocal(ServiceName service) {
        var host = endpoints.of(service).map(URI::getHost).orElse("");
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.startsWith("127.")
                || host.equals("[::1]");
    }

    /// The client of a service in a region.
    ///
    /// @param make from the endpoint and the region
    public <C extends SdkClient> C get(
            ServiceName service, String region, Class<C> type, BiFunction<URI, Region, C> make)
            throws NoClientException {
        var endpoint = endpoints.of(service);
        if (endpoint.isEmpty()) {
            throw new NoClientException("Hearth was not told where " + service.value() + " is: --endpoint "
                    + service.value().toLowerCase(java.util.Locale.ROOT) + "=URL, " + service.variable()
                    + " or AWS_ENDPOINT_URL.");
        }
        if (closed) {
            throw new NoClientException("The server stops.");
        }
        return type.cast(
                clients.computeIfAbsent(new Key(service, region), _ -> make.apply(endpoint.get(), Region.of(region))));
    }

    /// What all have in common.
    public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C build(
            B builder, URI endpoint, Region region) {
        return builder.endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .httpClient(http())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallTimeout(patience)
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .build())
                .build();
    }

    private SdkHttpClient http() {
        return UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT)
                .socketTimeout(patience)
                .build();
    }

    @Override
    public void close() {
        closed = true;
        clients.values().forEach(SdkClient::close);
    }
}
