package hearth.model.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "function:greet,true",
        "function:greet?,false",
        "function:gree?,true",
        "function:greet*,true",
        "function:*,true",
        "*,true",
        "**,true",
        "*greet,true",
        "*:*e*t,true",
        "f*n:g*t,true",
        "f*n:g*a,false",
        "function,false",
        "function:greet:1,false",
        "Function:greet,false",
        "?,false",
        "'',false"
    })
    void standForAnyCharactersAndForOne(String pattern, boolean matches) {
        assertThat(Glob.matches(pattern, "function:greet")).isEqualTo(matches);
    }

    @Test
    void takeNoLongerThanTheirLengthsAllow() {
        var pattern = "*a".repeat(10_000) + "b";
        var text = "a".repeat(250);

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 1_000; i++) {
                assertThat(Glob.matches(pattern, text)).isFalse();
                assertThat(Glob.matches("*" + "a*".repeat(249) + "b", text)).isFalse();
            }
        });
    }
}
