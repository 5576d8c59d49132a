package hearth.cluster.bucket;

import hearth.cluster.Bucket;
import hearth.cluster.PackageContent;
import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// A bucket of S3, by AWS's own client, which is made when it is first needed.
///
/// It asks nothing of a server that only some have: whole objects are put and got, their SHA-256 is sent along, and
/// nothing is chunked or trailed.
public final class S3Bucket implements Bucket {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// The longest silence of a server.
    private static final Duration SILENCE = Duration.ofSeconds(20);

    /// The patience with a call, all tries together, and for each MiB of a package.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration PATIENCE_FOR_EACH_MIB = Duration.ofSeconds(1);

    private static final int MOST_TRIES = 4;
    private static final int NOT_FOUND = 404;

    private final BucketLocation location;
    private final Map<String, String> environment;
    private final Duration patience;

    /// Both guarded by this.
    private @Nullable S3Client client;

    private boolean closed;

    /// @param environment with the credentials and the region that AWS's clients read
    public S3Bucket(BucketLocation location, Map<String, String> environment) {
        this(location, environment, PATIENCE);
    }

    S3Bucket(BucketLocation location, Map<String, String> environment, Duration patience) {
        this.location = location;
        this.environment = environment;
        this.patience = patience;
    }

    @Override
    public void put(String key, CodeDigest digest, PackageContent content) throws IOException {
        asking(() -> client().putObject(
                        request -> request.bucket(location.bucket())
                                .key(location.prefix() + key)
                                .contentType("application/zip")
                                // A server that knows it refuses whatever has become something else on its way.
                                .checksumSHA256(digest.base64())
                                .overrideConfiguration(patience(content.size())),
                        // Not fromBytes, which copies them.
                        RequestBody.fromContentProvider(() -> opened(content), content.size(), "application/zip")));
    }

    private static InputStream opened(PackageContent content) {
        try {
            return content.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean holds(String key, long size) throws IOException {
        return asking(() -> {
            try {
                var head = client().headObject(
                                request -> request.bucket(location.bucket()).key(location.prefix() + key));
                return head.contentLength() == size;
            } catch (S3Exception e) {
                if (e.statusCode() == NOT_FOUND) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        return asking(() -> {
            try {
                return Optional.of(client().getObject(
                                request -> request.bucket(location.bucket()).key(location.prefix() + key)));
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void delete(String key) throws IOException {
        asking(() -> client().deleteObject(
                        request -> request.bucket(location.bucket()).key(location.prefix() + key)));
    }

    @Override
    public void forEach(String prefix, Visitor visitor) throws IOException {
        var after = "";
        while (true) {
            var last = after;
            var page = asking(() -> client().listObjectsV2(request -> request.bucket(location.bucket())
                    .prefix(location.prefix() + prefix)
                    .startAfter(last.isEmpty() ? null : last)));
            var now = page.sdkHttpResponse().firstMatchingHeader("Date").flatMap(S3Bucket::time);
            for (var object : page.contents()) {
                // A server that does not tell the time has young objects only.
                var age = now.map(time -> Duration.between(object.lastModified(), time))
                        .orElse(Duration.ZERO);
                visitor.visit(object.key().substring(location.prefix().length()), age);
                after = object.key();
            }
            if (page.contents().isEmpty() || !Boolean.TRUE.equals(page.isTruncated())) {
                return;
            }
        }
    }

    private static Optional<Instant> time(String header) {
        try {
            return Optional.of(ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private static <T> T asking(Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (S3Exception e) {
            var code =
                    e.awsErrorDetails() == null ? "" : " " + e.awsErrorDetails().errorCode();
            var said = e.awsErrorDetails() == null
                    ? ""
                    : ": " + e.awsErrorDetails().errorMessage();
            throw new IOException("it answers " + e.statusCode() + code + said, e);
        } catch (SdkException e) {
            throw new IOException("it does not answer: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private AwsRequestOverrideConfiguration patience(long size) {
        var whole = patience.plus(PATIENCE_FOR_EACH_MIB.multipliedBy(size >> 20));
        return AwsRequestOverrideConfiguration.builder().apiCallTimeout(whole).build();
    }

    private synchronized S3Client client() throws IOException {
        if (closed) {
            throw new IOException("the server stops");
        }
        if (client == null) {
            client = made();
        }
        return client;
    }

    private S3Client made() {
        var builder = S3Client.builder()
                .region(Region.of(region()))
                .credentialsProvider(credentials(environment))
                .forcePathStyle(location.pathStyle())
                .serviceConfiguration(
                        settings -> settings.chunkedEncodingEnabled(false).expectContinueEnabled(false))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                // Whoever reads checks the SHA-256 of all of it.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClient(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE)
                        .build())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .apiCallTimeout(patience)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(MOST_TRIES)
                                .build())
                        .build());
        location.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private String region() {
        return location.region()
                .orElse(environment.getOrDefault(
                        "AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", "us-east-1")));
    }

    /// Those of the environment, or else wherever AWS's clients look for them: in files, or from the host's role.
    private static AwsCredentialsProvider credentials(Map<String, String> environment) {
        var key = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        var secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        var token = environment.getOrDefault("AWS_SESSION_TOKEN", "");
        if (key.isEmpty() || secret.isEmpty()) {
            return DefaultCredentialsProvider.builder().build();
        }
        return StaticCredentialsProvider.create(
                token.isEmpty()
                        ? AwsBasicCredentials.create(key, secret)
                        : AwsSessionCredentials.create(key, secret, token));
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close();
        }
    }

    @Override
    public String toString() {
        return location.toString();
    }
}
