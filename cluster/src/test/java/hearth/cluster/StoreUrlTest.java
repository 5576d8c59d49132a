package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUrlTest {
    @ParameterizedTest
    @CsvSource({
        "postgresql://db/hearth, jdbc:postgresql://db/hearth",
        "postgres://db:6432/hearth, jdbc:postgresql://db:6432/hearth",
        "postgresql://u:p@db/hearth?sslmode=require, jdbc:postgresql://db/hearth?sslmode=require",
        "'postgresql://u@a:1,b:2,[::1]:3/hearth?targetServerType=primary', 'jdbc:postgresql://a:1,b:2,[::1]:3/hearth?targetServerType=primary'",
    })
    void isWhatTheDriverTakes(String text, String jdbc) {
        assertThat(StoreUrl.parse(text).jdbc()).isEqualTo(jdbc);
    }

    @Test
    void hasUserAndPasswordAsTheyAre() {
        var url = StoreUrl.parse("postgresql://o%40ps:p%3A%2F+%23@db/hearth");

        assertThat(url.user()).contains("o@ps");
        assertThat(url.password()).contains("p:/+#");
        assertThat(StoreUrl.parse("postgresql://db/hearth").user()).isEmpty();
        assertThat(StoreUrl.parse("postgresql://ops@db/hearth").password()).isEmpty();
    }

    @Test
    void isShownWithoutThem() {
        assertThat(StoreUrl.parse("postgresql://ops:secret@db:1/hearth?password=secret"))
                .hasToString("postgresql://db:1/hearth");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mysql://ops:secret@db/hearth",
                "jdbc:postgresql://ops:secret@db/hearth",
                "postgresql://ops:secret@db",
                "postgresql://ops:secret@db/",
                "postgresql://ops:secret@db/a/b",
                "postgresql:///hearth",
                "postgresql://ops:secret@/hearth",
                "postgresql://ops:secret@db:port/hearth",
                "postgresql://ops:secret@db:123456/hearth",
                "postgresql://ops:secret@db,/hearth",
                "postgresql://ops:secret secret@db/hearth",
                "postgresql://ops:secret%zz@db/hearth",
                "postgresql://ops:secret@db/hearth#secret",
            })
    void refusesOthersWithoutTellingThePassword(String text) {
        assertThatThrownBy(() -> StoreUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("secret"));
    }
}
