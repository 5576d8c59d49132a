package hearth.cluster.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.BlobStore;
import hearth.cluster.PackageContent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// What servers do that others wrote: all that a bucket is asked for.
class S3ServersTest {
    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "hearth", "AWS_SECRET_ACCESS_KEY", "secret");

    @TempDir
    private Path folder;

    @Test
    void motoKeepsPackages() throws Exception {
        try (var server = RealS3.moto()) {
            keepsPackages(server);
        }
    }

    @Test
    void s3MockKeepsPackagesAndRefusesWhatHasAnotherHash() throws Exception {
        try (var server = RealS3.s3Mock(folder)) {
            keepsPackages(server);
            try (var bucket = bucket(server, "packages")) {
                assertThatThrownBy(() -> bucket.put(
                                "a/9", BlobStore.digestOf(new byte[1]), PackageContent.of(new byte[] {7, 7})))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("it answers 400");
                assertThat(bucket.open("a/9")).isEmpty();
            }
        }
    }

    private static void keepsPackages(RealS3 server) throws IOException {
        try (var admin = S3Client.builder()
                .endpointOverride(server.url())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("hearth", "secret")))
                .build()) {
            admin.createBucket(r -> r.bucket("packages"));
        }
        var zip = new byte[3 << 20];
        new Random(1).nextBytes(zip);
        var digest = BlobStore.digestOf(zip);
        try (var bucket = bucket(server, "packages")) {
            bucket.put("a/1", digest, PackageContent.of(zip));
            // A late or doubled request puts the same again.
            bucket.put("a/1", digest, PackageContent.of(zip));
            bucket.put("a/2", digest, PackageContent.of(zip));
            bucket.put("b/1", digest, PackageContent.of(zip));

            try (var content = bucket.open("a/1").orElseThrow()) {
                assertThat(BlobStore.digestOf(content.readAllBytes())).isEqualTo(digest);
            }
            assertThat(bucket.holds("a/1", zip.length)).isTrue();
            assertThat(bucket.holds("a/1", 1)).isFalse();
            assertThat(bucket.holds("a/3", zip.length)).isFalse();
            assertThat(bucket.open("a/3")).isEmpty();
            assertThat(keys(bucket, "a/")).containsExactly("a/1", "a/2");
            assertThat(keys(bucket, "c/")).isEmpty();

            bucket.delete("a/1");
            bucket.delete("a/1");
            assertThat(bucket.open("a/1")).isEmpty();
            assertThat(keys(bucket, "")).containsExactly("a/2", "b/1");
        }
        try (var none = bucket(server, "nowhere")) {
            assertThatThrownBy(() -> none.open("a/1"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NoSuchBucket");
            assertThatThrownBy(() -> none.put("a/1", digest, PackageContent.of(zip)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NoSuchBucket");
        }
    }

    private static List<String> keys(S3Bucket bucket, String prefix) throws IOException {
        var keys = new ArrayList<String>();
        bucket.forEach(prefix, (key, age) -> {
            assertThat(age.toMinutes()).isBetween(-1L, 2L);
            keys.add(key);
        });
        return keys;
    }

    private static S3Bucket bucket(RealS3 server, String name) {
        return new S3Bucket(BucketLocation.parse("s3://" + name + "/hearth?endpoint=" + server.url()), KEYS);
    }
}
