package hearth.cluster.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.BlobStore;
import hearth.cluster.PackageContent;
import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against a server that fails as each test has it. Real ones are in `S3ServersTest`.
class S3BucketTest {
    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "hearth", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_REGION", "eu-north-1");
    private static final byte[] ZIP = "PK the code".getBytes(StandardCharsets.UTF_8);
    private static final CodeDigest CODE = BlobStore.digestOf(ZIP);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final StandInS3 server = new StandInS3();
    private final S3Bucket bucket = bucket(PATIENCE);

    S3BucketTest() throws IOException {}

    private S3Bucket bucket(Duration patience) {
        var location = BucketLocation.parse("s3://packages/all?endpoint=" + server.url());
        return new S3Bucket(location, KEYS, patience);
    }

    @AfterEach
    void close() {
        bucket.close();
        server.close();
    }

    @Test
    void putsAPackageAsItIsWithItsHash() throws IOException {
        put();

        assertThat(server.objects).containsOnlyKeys("/packages/all/a/1");
        assertThat(server.objects.get("/packages/all/a/1")).isEqualTo(ZIP);
        var request = server.requests.getFirst();
        assertThat(server.requests).hasSize(1);
        assertThat(request.header("x-amz-checksum-sha256")).isEqualTo(CODE.base64());
        assertThat(request.header("Content-Length")).isEqualTo(Integer.toString(ZIP.length));
        assertThat(request.header("Content-Encoding")).isEmpty();
        assertThat(request.header("Expect")).isEmpty();
        assertThat(request.header("Authorization")).contains("/eu-north-1/s3/aws4_request");
    }

    @Test
    void getsWhatWasPut() throws IOException {
        put();

        try (var content = bucket.open("a/1").orElseThrow()) {
            assertThat(content.readAllBytes()).isEqualTo(ZIP);
        }
        assertThat(bucket.open("a/2")).isEmpty();
        assertThat(bucket.holds("a/1", ZIP.length)).isTrue();
        assertThat(bucket.holds("a/1", 1)).isFalse();
        assertThat(bucket.holds("a/2", ZIP.length)).isFalse();
        bucket.delete("a/1");
        assertThat(bucket.holds("a/1", ZIP.length)).isFalse();
    }

    @Test
    void readsAPackageAgainForEachTryAndHoldsNothingOfIt() throws IOException {
        server.next.add(StandInS3.refusal(500, "InternalError"));
        server.next.add(StandInS3.refusal(503, "SlowDown"));
        var opened = new AtomicInteger();

        bucket.put("a/1", CODE, new PackageContent() {
            @Override
            public long size() {
                return ZIP.length;
            }

            @Override
            public InputStream open() throws IOException {
                opened.incrementAndGet();
                return PackageContent.of(ZIP).open();
            }
        });

        assertThat(server.requests).hasSize(3);
        assertThat(opened.get()).isGreaterThanOrEqualTo(3);
        assertThat(server.objects.get("/packages/all/a/1")).isEqualTo(ZIP);
    }

    @Test
    void givesUpAServerThatGoesOnFailing() {
        for (int i = 0; i < 20; i++) {
            server.next.add(StandInS3.refusal(500, "InternalError"));
        }

        assertThatThrownBy(this::put)
                .isInstanceOf(IOException.class)
                .hasMessage("it answers 500 InternalError: internalerror");

        assertThat(server.requests).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessDenied", "InvalidAccessKeyId", "NoSuchBucket"})
    void saysWhyItIsRefused(String code) {
        server.next.add(StandInS3.refusal(code.equals("NoSuchBucket") ? 404 : 403, code));

        assertThatThrownBy(() -> bucket.open("a/1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(code);

        assertThat(server.requests).hasSize(1);
    }

    @Test
    void doesNotWaitForeverForAServerThatSaysNothing() {
        for (int i = 0; i < 20; i++) {
            server.next.add(server.silence());
        }
        try (var hasty = bucket(Duration.ofMillis(300))) {
            assertThatThrownBy(() -> hasty.holds("a/1", 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("it does not answer");
        }
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        server.close();

        assertThatThrownBy(this::put).isInstanceOf(IOException.class).hasMessageContaining("it does not answer");
    }

    @Test
    void neverGivesOutPartOfAPackageForAllOfIt() throws IOException {
        put();
        server.next.add(StandInS3.cutOff(new byte[] {'P'}, ZIP.length));

        // Whether the end comes as an error is up to the client; that it is early must show.
        byte[] read;
        try (var content = bucket.open("a/1").orElseThrow()) {
            read = content.readAllBytes();
        } catch (IOException cutOff) {
            read = new byte[0];
        }

        assertThat(BlobStore.digestOf(read)).isNotEqualTo(CODE);
    }

    @Test
    void showsAllObjectsPageByPage() throws IOException {
        server.next.add(page(true, "a", "b"));
        server.next.add(page(false, "c"));
        var seen = new ArrayList<String>();

        bucket.forEach("store/", (key, age) -> seen.add(key + " " + age.toDays()));

        // The server's clock says how old they are.
        assertThat(seen).containsExactly("store/a 2", "store/b 2", "store/c 2");
        assertThat(server.requests.get(0).target())
                .contains("prefix=all%2Fstore%2F")
                .doesNotContain("start-after");
        assertThat(server.requests.get(1).target()).contains("start-after=all%2Fstore%2Fb");
    }

    private static StandInS3.Reply page(boolean truncated, String... names) {
        var contents = new StringBuilder();
        for (var name : names) {
            contents.append("<Contents><Key>all/store/%s</Key><LastModified>%s</LastModified></Contents>"
                    .formatted(name, Instant.now().minus(Duration.ofHours(60))));
        }
        var xml =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><IsTruncated>%s</IsTruncated>%s</ListBucketResult>"
                        .formatted(truncated, contents);
        return exchange -> StandInS3.answer(exchange, 200, xml.getBytes(StandardCharsets.UTF_8));
    }

    private void put() throws IOException {
        bucket.put("a/1", CODE, PackageContent.of(ZIP));
    }
}
