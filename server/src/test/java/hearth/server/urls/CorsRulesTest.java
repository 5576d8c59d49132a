package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.api.Cors;
import hearth.server.http.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorsRulesTest {
    private static final String APP = "https://app.example";
    private static final Cors.Builder ONE = Cors.builder()
            .allowOrigins(List.of(APP, "http://localhost:3000"))
            .allowMethods(List.of("GET", "PUT"))
            .allowHeaders(List.of("content-type", "x-key"))
            .exposeHeaders(List.of("x-one", "x-two"))
            .maxAge(300);

    @Test
    void answersAPreflight() {
        var answer = rules(ONE).preflight(asking(APP, "PUT", "x-key"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers())
                .isEqualTo(Map.of(
                        "Access-Control-Allow-Origin", APP,
                        "Access-Control-Allow-Methods", "GET,PUT",
                        "Access-Control-Allow-Headers", "content-type,x-key",
                        "Access-Control-Max-Age", "300",
                        "Vary", "Origin"));
    }

    @Test
    void allowsNothingToAnotherOrigin() {
        var answer = rules(ONE).preflight(asking("https://app.example.evil", "PUT", "x-key"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).isEqualTo(Map.of("Vary", "Origin"));
    }

    @ParameterizedTest
    @CsvSource({"OPTIONS, o, GET, true", "OPTIONS, o, , false", "OPTIONS, , GET, false", "GET, o, GET, false"})
    void tellsAPreflightFromOtherRequests(String method, String origin, String asked, boolean is) {
        assertThat(CorsRules.isPreflight(method, asking(origin, asked, null))).isEqualTo(is);
    }

    @Test
    void answersAStarAsItIs() {
        var star = Cors.builder()
                .allowOrigins(List.of("*"))
                .allowMethods(List.of("*"))
                .allowHeaders(List.of("*"));

        assertThat(rules(star).preflight(asking(APP, "PUT", "x-key")).headers())
                .containsEntry("Access-Control-Allow-Origin", "*")
                .containsEntry("Access-Control-Allow-Methods", "*")
                .containsEntry("Access-Control-Allow-Headers", "*")
                .doesNotContainKeys("Access-Control-Max-Age", "Access-Control-Allow-Credentials");
    }

    /// Browsers take no star where credentials may come.
    @Test
    void answersAStarByWhatWasAskedWhereCredentialsMayCome() {
        var star = Cors.builder()
                .allowOrigins(List.of("*"))
                .allowMethods(List.of("*"))
                .allowHeaders(List.of("*"))
                .allowCredentials(true);

        assertThat(rules(star).preflight(asking(APP, "PUT", "x-key,b")).headers())
                .containsEntry("Access-Control-Allow-Origin", APP)
                .containsEntry("Access-Control-Allow-Credentials", "true")
                .containsEntry("Access-Control-Allow-Methods", "PUT")
                .containsEntry("Access-Control-Allow-Headers", "x-key,b");
    }

    @Test
    void winsOverWhatTheFunctionSays() {
        var answer = answer(
                "access-control-allow-origin", "*",
                "Access-Control-Allow-Credentials", "true",
                "access-control-expose-headers", "x-all",
                "access-control-allow-private-network", "true",
                "x-one", "1");

        rules(ONE).addTo(answer, from(APP));

        assertThat(answer)
                .containsOnly(
                        Map.entry("Access-Control-Allow-Origin", APP),
                        Map.entry("access-control-expose-headers", "x-one,x-two"),
                        Map.entry("access-control-allow-private-network", "true"),
                        Map.entry("x-one", "1"),
                        Map.entry("Vary", "Origin"));
    }

    @Test
    void takesFromOtherOriginsWhatTheFunctionGives() {
        var answer = answer("Access-Control-Allow-Origin", "*", "x-one", "1");

        rules(ONE).addTo(answer, from("https://evil.example"));

        assertThat(answer).containsOnly(Map.entry("x-one", "1"), Map.entry("Vary", "Origin"));
    }

    @Test
    void saysNothingToWhoIsNoPage() {
        var answer = answer("x-one", "1");

        rules(ONE).addTo(answer, from(null));

        assertThat(answer).containsOnly(Map.entry("x-one", "1"), Map.entry("Vary", "Origin"));
    }

    @ParameterizedTest
    @CsvSource({"Accept, 'Accept, Origin'", "'Accept, origin', 'Accept, origin'", "*, *"})
    void addsToWhatTheAnswerVariesBy(String given, String then) {
        var answer = answer("vary", given);

        rules(ONE).addTo(answer, from(APP));

        assertThat(answer).containsEntry("vary", then);
    }

    private static CorsRules rules(Cors.Builder cors) {
        return CorsRules.of(cors.build());
    }

    private static Headers from(@Nullable String origin) {
        return asking(origin, null, null);
    }

    private static Headers asking(@Nullable String origin, @Nullable String method, @Nullable String headers) {
        var request = new Headers();
        add(request, "Origin", origin);
        add(request, "Access-Control-Request-Method", method);
        add(request, "Access-Control-Request-Headers", headers);
        return request;
    }

    private static void add(Headers headers, String name, @Nullable String value) {
        if (value != null) {
            headers.add(name.toLowerCase(Locale.ROOT), value);
        }
    }

    private static Map<String, String> answer(String... fields) {
        var answer = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < fields.length; i += 2) {
            answer.put(fields[i], fields[i + 1]);
        }
        return answer;
    }
}
