package hearth.model.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private static final List<ApiOperation> OPERATIONS = List.of(ApiOperation.values());
    private static final Pattern LABEL = Pattern.compile("\\{(\\w+)}");

    static List<ModelFile.Operation> operations() {
        return ModelFile.load().operations();
    }

    @Test
    void hasEveryOperationOfTheModel() {
        assertThat(ApiOperation.values())
                .extracting(ApiOperation::wireName)
                .containsExactlyElementsOf(
                        operations().stream().map(ModelFile.Operation::name).toList())
                .hasSize(88);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void routesEveryOperationOfTheModel(ModelFile.Operation operation) {
        var expected = new LinkedHashMap<String, String>();
        var path = LABEL.matcher(operation.uri()).replaceAll(label -> {
            expected.put(label.group(1), "a/b:" + label.group(1) + " %é");
            return "a%2Fb:" + label.group(1) + "%20%25%C3%a9";
        });
        var parts = path.split("\\?", 2);

        var route = Routes.match(operation.method(), parts[0], parts.length == 2 ? parts[1] : null);

        assertThat(route).isInstanceOfSatisfying(Route.Matched.class, matched -> {
            assertThat(matched.operation().wireName()).isEqualTo(operation.name());
            assertThat(matched.pathParameters()).isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @MethodSource("operations")
    void answersWithTheStatusOfTheModelButForDeleteFunction(ModelFile.Operation operation) {
        assertThat(operation.api().status())
                .isEqualTo(operation.name().equals("DeleteFunction") ? 204 : operation.status());
    }

    @Test
    void tellsApartOperationsThatDifferInTheirQueryOnly() {
        assertThat(matched("GET", "/2018-10-31/layers", "find=LayerVersion&Arn=x"))
                .isEqualTo(ApiOperation.GET_LAYER_VERSION_BY_ARN);
        assertThat(matched("GET", "/2018-10-31/layers", "MaxItems=3")).isEqualTo(ApiOperation.LIST_LAYERS);
        assertThat(matched("GET", "/2018-10-31/layers", "find=Other")).isEqualTo(ApiOperation.LIST_LAYERS);
        assertThat(matched("GET", "/2019-09-30/functions/f/provisioned-concurrency", "List=ALL"))
                .isEqualTo(ApiOperation.LIST_PROVISIONED_CONCURRENCY_CONFIGS);
        assertThat(matched("GET", "/2019-09-30/functions/f/provisioned-concurrency", "Qualifier=1"))
                .isEqualTo(ApiOperation.GET_PROVISIONED_CONCURRENCY_CONFIG);
    }

    @Test
    void takesAnArnAsALabelEncodedOrNot() {
        var expected = Map.of("FunctionName", "arn:aws:lambda:us-east-1:111111111111:function:mail");

        assertThat(parameters("GET", "/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:mail"))
                .isEqualTo(expected);
        assertThat(parameters(
                        "GET", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A111111111111%3Afunction%3Amail"))
                .isEqualTo(expected);
    }

    @Test
    void takesADurableExecutionsArnWithItsSlashesRawOrEncoded() {
        var expected = Map.of("DurableExecutionArn", "arn:x:function:f:1/durable-execution/name/id");

        assertThat(parameters(
                        "POST", "/2025-12-01/durable-executions/arn:x:function:f:1/durable-execution/name/id/stop"))
                .isEqualTo(expected);
        assertThat(parameters("GET", "/2025-12-01/durable-executions/arn:x:function:f:1/durable-execution/name/id"))
                .isEqualTo(expected);
        assertThat(parameters(
                        "GET", "/2025-12-01/durable-executions/arn:x:function:f:1%2Fdurable-execution%2Fname%2Fid"))
                .isEqualTo(expected);
    }

    @Test
    void ignoresOneSlashAtTheEndAsOlderClientsSendIt() {
        assertThat(matched("GET", "/2015-03-31/functions/", null)).isEqualTo(ApiOperation.LIST_FUNCTIONS);
        assertThat(matched("POST", "/2015-03-31/event-source-mappings/", null))
                .isEqualTo(ApiOperation.CREATE_EVENT_SOURCE_MAPPING);
    }

    @Test
    void tellsAWrongMethodFromAnUnknownPath() {
        assertThat(Routes.match("PATCH", "/2015-03-31/functions", null))
                .isEqualTo(new Route.WrongMethod(List.of("POST", "GET")));
        assertThat(Routes.match("GET", "/2015-03-31/functions/f/invocations", null))
                .isEqualTo(new Route.WrongMethod(List.of("POST")));
        assertThat(Routes.match("get", "/2015-03-31/functions", null)).isInstanceOf(Route.WrongMethod.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "*",
                "functions",
                "/2015-03-31",
                "/2015-03-31/functions/f/nothing",
                "/2014-03-31/functions",
                "/2015-03-31/functions/f/invocations/more",
                "http://host/2015-03-31/functions",
                "/2015-03-31//functions"
            })
    void knowsNoOtherPath(String path) {
        assertThat(Routes.match("GET", path, null)).isEqualTo(new Route.Unknown());
    }

    @Test
    void leavesMalformedEscapesAsTheyAre() {
        assertThat(parameters("GET", "/2015-03-31/functions/a%zzb%4")).isEqualTo(Map.of("FunctionName", "a%zzb%4"));
        assertThat(QueryParameters.parse("Marker=%&Marker=2&x").first("Marker")).isEqualTo("%");
    }

    @Test
    void readsQueriesInWhateverShape() {
        var query = QueryParameters.parse("&&tagKeys=a+b&tagKeys=c%2Bd&=5&Marker&tagKeys=%C3%A9&e==");

        assertThat(query.all("tagKeys")).containsExactly("a b", "c+d", "é");
        assertThat(query.first("Marker")).isEmpty();
        assertThat(query.first("e")).isEqualTo("=");
        assertThat(query.first("absent")).isNull();
        assertThat(query.all("absent")).isNull();
    }

    @Test
    void survivesEveryGarbledPath() {
        var random = new Random(7);
        var seen = new ArrayList<Route>();

        for (int i = 0; i < 20_000; i++) {
            var operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
            var path = new StringBuilder(operation.path());
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                int at = random.nextInt(path.length() + 1);
                path.insert(at, "/%?{}é\0%2F&=+".charAt(random.nextInt(13)));
                if (random.nextBoolean()) {
                    path.setLength(random.nextInt(path.length() + 1));
                }
            }
            seen.add(Routes.match(
                    operation.method(), path.toString(), path.reverse().toString()));
        }

        assertThat(seen).hasSize(20_000).hasAtLeastOneElementOfType(Route.Matched.class);
    }

    private static ApiOperation matched(String method, String path, @Nullable String query) {
        return ((Route.Matched) Routes.match(method, path, query)).operation();
    }

    private static Map<String, String> parameters(String method, String path) {
        return ((Route.Matched) Routes.match(method, path, null)).pathParameters();
    }
}
