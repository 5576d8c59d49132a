package hearth.cluster.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketLocationTest {
    @Test
    void hasADefaultForEachSetting() {
        assertThat(BucketLocation.parse("s3://packages"))
                .isEqualTo(new BucketLocation(
                        "packages", "", Optional.empty(), Optional.empty(), false, Bytes.mebibytes(10 << 10)));
    }

    @Test
    void takesEachSetting() {
        var text = "s3://packages/a/b/?endpoint=http://127.0.0.1:9000/&region=eu-west-1&path-style=false&cache=600";

        assertThat(BucketLocation.parse(text))
                .isEqualTo(new BucketLocation(
                        "packages",
                        "a/b/",
                        Optional.of(URI.create("http://127.0.0.1:9000")),
                        Optional.of("eu-west-1"),
                        false,
                        Bytes.mebibytes(600)));
        assertThat(BucketLocation.parse(BucketLocation.EXAMPLE))
                .hasToString("s3://packages/hearth at http://127.0.0.1:9000");
    }

    @Test
    void namesBucketsInThePathOfServersOfOnesOwn() {
        assertThat(BucketLocation.parse("s3://packages?endpoint=http%3A%2F%2Fminio:9000")
                        .pathStyle())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            packages                              | is such as s3://packages/hearth
            https://packages                      | is such as s3://packages/hearth
            s3://                                 | names a bucket of 3 to 63
            s3://Packages                         | names a bucket of 3 to 63
            s3://packages//a                      | has a prefix of letters
            s3://packages/a b                     | has a prefix of letters
            s3://packages?endpoint=127.0.0.1:9000 | has an endpoint
            s3://packages?endpoint=ftp://a        | has an endpoint such as http://127.0.0.1:9000, and not ftp://a
            s3://packages?region=EU               | has a region such as eu-west-1, and not EU
            s3://packages?path-style=yes          | has path-style=true or path-style=false, and not yes
            s3://packages?cache=1                 | has a cache of 512 to
            s3://packages?cache=much              | has a cache of 512 to
            s3://packages?region                  | has NAME=VALUE after its ?, joined by &, and not region
            s3://packages?region=a&region=b       | has region twice
            s3://packages?acl=private             | knows endpoint, region, path-style and cache after its ?, and not acl
            s3://packages?region=%zz              | has a % without two hexadecimal digits: %zz
            """)
    void saysWhatIsWrongAndHowItIsRight(String text, String message) {
        assertThatThrownBy(() -> BucketLocation.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
