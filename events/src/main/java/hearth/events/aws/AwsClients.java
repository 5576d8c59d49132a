package hearth.events.aws;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import io.netty.handler.timeout.TimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.ProtocolNegotiation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;

/// AWS's clients of other services, at the endpoints that the server was told: one for each service and region, made
/// when it is first needed.
///
/// They do not try again by themselves: whoever sends waits, and takes the message up again.
public final class AwsClients implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// Threads that read answers, at most.
    private static final int MOST_LOOPS = 4;

    /// A service may close a connection that was kept just when it is used again.
    private static final RetryStrategy ONCE_MORE_IF_CLOSED = DefaultRetryStrategy.standardStrategyBuilder()
            .maxAttempts(2)
            .useClientDefaults(false)
            .circuitBreakerEnabled(false)
            .backoffStrategy(BackoffStrategy.retryImmediately())
            .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
            .retryOnException(AwsClients::isClosed)
            .build();

    private final ServiceEndpoints endpoints;
    private final AwsCredentialsProvider credentials;
    private final Duration patience;
    private final Map<Key, SdkClient> clients = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// Guarded by this; none before a client is made that waits.
    private @Nullable SdkEventLoopGroup loops;

    private record Key(ServiceName service, String region, Class<?> type) {}

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
        return type.cast(clients.computeIfAbsent(
                new Key(service, region, type), _ -> make.apply(endpoint.get(), Region.of(region))));
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

    /// The same of a client that waits without a thread: for many calls that are answered late. What it has answered
    /// goes on in the thread that read the answer, which so must not be kept.
    ///
    /// @param protocol of the service
    public <B extends AwsClientBuilder<B, C> & AwsAsyncClientBuilder<B, C>, C> C buildWaiting(
            B builder, URI endpoint, Region region, Protocol protocol) {
        return builder.endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .protocol(protocol)
                        // Not all servers that speak HTTP/2 believe in it before it was agreed on.
                        .protocolNegotiation(
                                protocol == Protocol.HTTP2
                                        ? ProtocolNegotiation.ALPN
                                        : ProtocolNegotiation.ASSUME_PROTOCOL)
                        // Each call that waits has a connection of its own, or a stream of one.
                        .maxConcurrency(Integer.MAX_VALUE)
                        .connectionTimeout(CONNECT)
                        .readTimeout(patience)
                        .eventLoopGroup(loops()))
                .asyncConfiguration(async ->
                        async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run))
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .retryStrategy(ONCE_MORE_IF_CLOSED)
                        .build())
                .build();
    }

    private synchronized SdkEventLoopGroup loops() {
        if (loops == null) {
            loops = SdkEventLoopGroup.builder()
                    .numberOfThreads(Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()))
                    .threadFactory(Thread.ofPlatform()
                            .daemon()
                            .name("client of AWS ", 0)
                            .factory())
                    .build();
        }
        return loops;
    }

    private SdkHttpClient http() {
        return UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT)
                .socketTimeout(patience)
                .build();
    }

    /// Nothing is told that was reached too late, and nothing that could not be reached.
    private static boolean isClosed(Throwable failure) {
        return failure instanceof SdkClientException
                && failure.getCause() instanceof IOException cause
                && !(cause instanceof ConnectException)
                && !(cause.getCause() instanceof TimeoutException);
    }

    @Override
    public void close() {
        closed = true;
        clients.values().forEach(SdkClient::close);
        synchronized (this) {
            if (loops != null) {
                // The clients themselves would wait two seconds for more work.
                var _ = loops.eventLoopGroup().shutdownGracefully(200, 2_000, TimeUnit.MILLISECONDS);
            }
        }
    }
}
