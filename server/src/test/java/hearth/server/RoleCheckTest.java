package hearth.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.server.cli.Configurations;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoleCheckTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--roles control",
                "--roles frontend,worker",
                "--roles control,frontend,worker,events --workers-listen 10.0.0.1:9100 --cluster-certificates c",
                "--roles control,frontend,events --workers-listen 10.0.0.1:9100 --cluster-certificates c",
                "--cluster-listen 10.0.0.1:9200 --workers-listen 10.0.0.1:9100 --cluster-certificates c --zone a"
                        + " --store postgresql://db/hearth",
                "--roles worker --join host1:9100 --zone a --worker-id host2 --cluster-certificates c"
            })
    void allowsWhatWorks(String words) {
        assertThatCode(() -> check(words)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--roles events | frontend and events",
                "--roles worker | --join HOST:PORT",
                "--roles worker,control | --join HOST:PORT",
                "--roles control,worker --join host1:9100 --cluster-certificates c | --roles worker",
                "--join host1:9100 --cluster-certificates c | --roles worker",
                "--roles frontend | --workers-listen ADDRESS:PORT",
                "--roles control --workers-listen 10.0.0.1:9100 --cluster-certificates c | role frontend",
                "--workers-listen 10.0.0.1:9100 | --cluster-certificates DIR",
                "--roles worker --join host1:9100 | --cluster-certificates DIR",
                "--cluster-certificates c | --workers-listen or --join",
                "--cluster-listen 10.0.0.1:9200 --workers-listen 10.0.0.1:9100 --cluster-certificates c | --store",
                "--cluster-listen 10.0.0.1:9200 --store postgresql://db/hearth | --workers-listen",
                "--roles control --cluster-listen 10.0.0.1:9200 --store postgresql://db/hearth | role frontend",
                "--zone a | --cluster-listen",
                "--worker-id host2 | --join"
            })
    void saysWhatIsMissing(String words, String told) {
        assertThatThrownBy(() -> check(words))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(told);
    }

    private static void check(String words) throws StartException {
        RoleCheck.check(Configurations.parse(words.isEmpty() ? List.of() : List.of(words.split(" "))));
    }
}
