package hearth.server.download;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.Region;
import hearth.model.api.ApiOperation;
import hearth.server.download.CodeUrls.Verdict;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodeUrlsTest {
    private static final CodeDigest CODE = new CodeDigest("0123456789abcdef".repeat(4));
    private static final CodeDigest OTHER = new CodeDigest("fedcba9876543210".repeat(4));
    private static final Caller CALLER =
            new Caller(new AccountId("123456789012"), new Region("eu-north-1"), "https://lambda.example.com");

    private Instant now = Instant.parse("2026-02-03T04:05:06.789Z");
    private final CodeUrls urls = new CodeUrls(List.of(new byte[32]), () -> now);

    @Test
    void leadsToThePackageUnderTheAddressThatTheCallerUses() {
        var url = url(urls);

        assertThat(url)
                .hasScheme("https")
                .hasHost("lambda.example.com")
                .hasPath("/_hearth/code/123456789012/" + CODE.hex());
        assertThat(judge(urls, url)).isEqualTo(new Verdict.Granted(CODE));
    }

    @Test
    void isGoodForTenMinutes() {
        var url = url(urls);

        now = now.plus(Duration.ofMinutes(10).minusSeconds(1));
        assertThat(judge(urls, url)).isEqualTo(new Verdict.Granted(CODE));

        now = now.plusSeconds(1);
        assertThat(judge(urls, url)).isEqualTo(new Verdict.Expired(Instant.parse("2026-02-03T04:15:06Z")));
    }

    @Test
    void isWorthNothingOnceAltered() {
        var path = url(urls).getRawPath();
        var query = url(urls).getRawQuery();
        var signature = query.substring(query.indexOf("Signature=") + 10);
        var flipped = query.substring(0, query.length() - 1) + (query.endsWith("0") ? "1" : "0");

        assertThat(urls.judge(path, query)).isInstanceOf(Verdict.Granted.class);
        assertForged(path.replace(CODE.hex(), OTHER.hex()), query);
        assertForged(path.replace("123456789012", "999999999999"), query);
        assertForged(path + "/", query);
        assertForged(path, flipped);
        assertForged(path, query.replaceFirst("Expires=\\d", "Expires=9"));
        assertForged(path, query.replaceFirst("Expires=\\d+", "Expires=99999999999999999999"));
        assertForged(path, query.replaceFirst("Expires=\\d+", "Expires="));
        assertForged(path, "Signature=" + signature);
        assertForged(path, query.substring(0, query.indexOf('&')));
        assertForged(path, query.replace(signature, ""));
        assertForged(path, query.replace(signature, "%ff"));
        assertForged(path, "");
        assertForged("/_hearth/code/", query);
    }

    @Test
    void isWorthNothingToAServerWithAnotherKey() {
        var key = new byte[32];
        key[31] = 1;

        assertThat(judge(new CodeUrls(List.of(key), () -> now), url(urls))).isInstanceOf(Verdict.Forged.class);
    }

    @Test
    void isGoodAtEveryServerThatHasItsKeyAlsoAfterThatWasReplaced() {
        var next = new byte[32];
        next[31] = 1;
        var other = new CodeUrls(List.of(next, new byte[32]), () -> now);

        assertThat(judge(other, url(urls))).isEqualTo(new Verdict.Granted(CODE));
        assertThat(judge(other, url(other))).isEqualTo(new Verdict.Granted(CODE));
        assertThat(judge(urls, url(other))).isInstanceOf(Verdict.Forged.class);
    }

    @Test
    void sharesItsPathWithNoOperation() {
        assertThat(Arrays.stream(ApiOperation.values()).map(ApiOperation::path))
                .noneMatch(path -> path.startsWith("/_") || path.startsWith("/{"));
    }

    private void assertForged(String path, String query) {
        assertThat(urls.judge(path, query)).as("%s?%s", path, query).isInstanceOf(Verdict.Forged.class);
    }

    private static Verdict judge(CodeUrls urls, URI url) {
        return urls.judge(url.getRawPath(), url.getRawQuery());
    }

    private static URI url(CodeUrls urls) {
        return URI.create(urls.of(CALLER, CODE).orElseThrow());
    }
}
