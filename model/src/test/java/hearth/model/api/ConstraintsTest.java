package hearth.model.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The texts of broken constraints. Those of `saysWhatAwsSaid` were recorded from AWS.
class ConstraintsTest {
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:mail";
    private static final String REGION = "(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}";
    private static final String TAGGABLE = "arn:(aws[a-zA-Z-]*):lambda:" + REGION
            + ":\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)"
            + "|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}"
            + "-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)";
    private static final String RUNTIMES =
            "nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x,"
                    + " nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9,"
                    + " java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2";
    private static final String LAYER_RUNTIMES =
            "ruby3.5, ruby2.6, dotnetcore1.0, python3.7, nodejs8.10, nasa, ruby2.7,"
                    + " python2.7-greengrass, dotnetcore2.0, python3.8, java21, dotnet6, dotnetcore2.1, python3.9, java11,"
                    + " nodejs6.10, provided, dotnetcore3.1, dotnet8, java25, java17, nodejs, nodejs4.3, java8.al2, go1.x,"
                    + " dotnet10, nodejs20.x, go1.9, byol, nodejs10.x, provided.al2023, nodejs22.x, python3.10, java8,"
                    + " nodejs12.x, python3.11, nodejs24.x, nodejs8.x, python3.12, nodejs14.x, nodejs8.9, nodejs26.x,"
                    + " python3.13, python3.14, nodejs16.x, python3.15, provided.al2, nodejs4.3-edge, nodejs18.x, ruby3.2,"
                    + " python3.4, ruby3.3, ruby3.4, ruby2.5, python3.6, python2.7";
    private static final Map<String, String> MAIL = Map.of("FunctionName", "mail");

    /// @param words what follows `1 validation error detected: `
    record Recorded(ApiOperation operation, RequestParts request, String words) {
        static Recorded query(ApiOperation operation, Map<String, String> path, String query, String words) {
            return new Recorded(operation, Requests.query(path, query), words);
        }

        static Recorded body(ApiOperation operation, Map<String, String> path, String body, String words) {
            return new Recorded(operation, Requests.body(path, body.replace('`', '"')), words);
        }

        @Override
        public String toString() {
            return operation.wireName() + " " + words.substring(0, Math.min(60, words.length()));
        }
    }

    static List<Recorded> recorded() {
        var urlQualifier = "((?!^\\d+$)^[0-9a-zA-Z-_]+$)";
        var destination = "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:("
                + REGION + ")?:(\\d{12})?:(.*)";
        var layer = "(arn:(aws[a-zA-Z-]*)?:lambda:" + REGION
                + ":\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)";
        var prefix = "(arn:(aws[a-zA-Z-]*)?:lambda:)?(" + REGION + ":)?(\\d{12}:)?(function:)?";
        var layerArn = "arn:aws:lambda:us-east-1:111111111111:layer:tools";
        var layerVersion = Map.of("LayerName", "tools", "VersionNumber", "1");
        return List.of(
                Recorded.query(
                        ApiOperation.GET_FUNCTION_URL_CONFIG,
                        MAIL,
                        "Qualifier=$LATEST",
                        pattern("$LATEST", "qualifier", urlQualifier)),
                Recorded.query(
                        ApiOperation.GET_FUNCTION_URL_CONFIG,
                        MAIL,
                        "Qualifier=1",
                        pattern("1", "qualifier", urlQualifier)),
                Recorded.body(
                        ApiOperation.ADD_LAYER_VERSION_PERMISSION,
                        layerVersion,
                        "{`Action`:`*`,`StatementId`:`s`,`Principal`:`*`}",
                        pattern("*", "action", "lambda:GetLayerVersion")),
                Recorded.body(
                        ApiOperation.ADD_LAYER_VERSION_PERMISSION,
                        layerVersion,
                        "{`Action`:`lambda:GetLayerVersion`,`StatementId`:`example.com`,`Principal`:`*`}",
                        pattern("example.com", "statementId", "([a-zA-Z0-9-_]+)")),
                new Recorded(
                        ApiOperation.PUT_PROVISIONED_CONCURRENCY_CONFIG,
                        new RequestParts(
                                MAIL,
                                QueryParameters.parse("Qualifier=1"),
                                _ -> null,
                                "{\"ProvisionedConcurrentExecutions\":0}".getBytes(UTF_8)),
                        broken(
                                "0",
                                "provisionedConcurrentExecutions",
                                "Member must have value greater than or equal to 1")),
                Recorded.body(
                        ApiOperation.CREATE_ALIAS,
                        MAIL,
                        "{`Name`:`2024`,`FunctionVersion`:`1`}",
                        pattern("2024", "name", "(?!^[0-9]+$)([a-zA-Z0-9-_]+)")),
                Recorded.body(
                        ApiOperation.PUT_FUNCTION_RECURSION_CONFIG,
                        MAIL,
                        "{`RecursiveLoop`:`InvalidValue`}",
                        set("InvalidValue", "recursiveLoop", "Terminate, Allow")),
                update(
                        "`VpcConfig`:{`SecurityGroupIds`:[`bad`]}",
                        broken(
                                "[bad]",
                                "vpcConfig.securityGroupIds",
                                "Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must"
                                        + " have length greater than or equal to 0, Member must satisfy regular expression"
                                        + " pattern: sg-[0-9a-zA-Z]*]")),
                update(
                        "`VpcConfig`:{`SubnetIds`:[`bad`]}",
                        broken(
                                "[bad]",
                                "vpcConfig.subnetIds",
                                "Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must"
                                        + " have length greater than or equal to 0, Member must satisfy regular expression"
                                        + " pattern: subnet-[0-9a-z]*]")),
                create(
                        "`Architectures`:[`X86_64`]",
                        broken(
                                "[X86_64]",
                                "architectures",
                                "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must"
                                        + " not be null]")),
                create(
                        "`Architectures`:[`x86_64`,`arm64`]",
                        broken("[x86_64, arm64]", "architectures", "Member must have length less than or equal to 1")),
                update(
                        "`Layers`:[`" + layerArn + "`]",
                        broken(
                                "[" + layerArn + "]",
                                "layers",
                                "Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must"
                                        + " have length greater than or equal to 1, Member must satisfy regular expression"
                                        + " pattern: " + layer + ", Member must not be null]")),
                Recorded.query(
                        ApiOperation.GET_LAYER_VERSION_BY_ARN,
                        Map.of(),
                        "find=LayerVersion&Arn=" + layerArn,
                        pattern(layerArn, "arn", layer)),
                Recorded.query(
                        ApiOperation.LIST_LAYERS,
                        Map.of(),
                        "CompatibleArchitecture=archdoesnotexist",
                        set("archdoesnotexist", "compatibleArchitecture", "x86_64, arm64")),
                Recorded.query(
                        ApiOperation.LIST_LAYERS,
                        Map.of(),
                        "CompatibleRuntime=runtimedoesnotexist",
                        set("runtimedoesnotexist", "compatibleRuntime", LAYER_RUNTIMES)),
                Recorded.body(
                        ApiOperation.PUT_FUNCTION_EVENT_INVOKE_CONFIG,
                        MAIL,
                        "{`DestinationConfig`:{`OnFailure`:{`Destination`:`arn:aws:_-/!lambda:us-east-1:1:function:f`}}}",
                        pattern(
                                "arn:aws:_-/!lambda:us-east-1:1:function:f",
                                "destinationConfig.onFailure.destination",
                                destination)),
                Recorded.query(
                        ApiOperation.LIST_TAGS,
                        Map.of("Resource", "arn:aws:something"),
                        "",
                        pattern("arn:aws:something", "resource", TAGGABLE)),
                Recorded.query(
                        ApiOperation.LIST_TAGS,
                        Map.of("Resource", FUNCTION.replace("function", "foobar")),
                        "",
                        pattern(FUNCTION.replace("function", "foobar"), "resource", TAGGABLE)),
                Recorded.query(
                        ApiOperation.GET_FUNCTION,
                        Map.of("FunctionName", "arn:aws:lambda:us-east-1:123400000000@function:myfn"),
                        "",
                        pattern(
                                "arn:aws:lambda:us-east-1:123400000000@function:myfn",
                                "functionName",
                                prefix + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?")),
                Recorded.body(
                        ApiOperation.CREATE_FUNCTION,
                        Map.of(),
                        "{`FunctionName`:`invalid:function:name`,`Role`:`arn:aws:iam::111111111111:role/r`,`Code`:{}}",
                        pattern(
                                "invalid:function:name",
                                "functionName",
                                prefix + "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?")),
                Recorded.query(
                        ApiOperation.LIST_FUNCTIONS,
                        Map.of(),
                        "FunctionVersion=invalid",
                        set("invalid", "functionVersion", "ALL")),
                Recorded.body(
                        ApiOperation.CREATE_EVENT_SOURCE_MAPPING,
                        Map.of(),
                        "{`FunctionName`:`mail`,`StartingPosition`:`invalid`}",
                        set("invalid", "startingPosition", "LATEST, AT_TIMESTAMP, TRIM_HORIZON")),
                Recorded.query(
                        ApiOperation.GET_FUNCTION,
                        MAIL,
                        "Qualifier=invalid-qualifier-with-?-char",
                        pattern(
                                "invalid-qualifier-with-?-char",
                                "qualifier",
                                "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+")),
                update(
                        "`SnapStart`:{`ApplyOn`:`invalidOption`}",
                        set("invalidOption", "snapStart.applyOn", "PublishedVersions, None")),
                update(
                        "`Role`:`r1`",
                        pattern("r1", "role", "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+")),
                alias(
                        "{`$LATEST`:0.5}",
                        broken(
                                "{$LATEST=0.5}",
                                "routingConfig.additionalVersionWeights",
                                "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member"
                                        + " must have length greater than or equal to 1, Member must satisfy regular expression"
                                        + " pattern: [0-9]+]")),
                alias("{`2`:-1.0}", weights("{2=-1.0}")),
                alias("{`2`:2.0}", weights("{2=2.0}")),
                Recorded.query(
                        ApiOperation.UNTAG_RESOURCE,
                        Map.of("Resource", FUNCTION),
                        "",
                        "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"),
                Recorded.body(
                        ApiOperation.CREATE_FUNCTION_URL_CONFIG,
                        MAIL,
                        "{`AuthType`:`NONE`,`InvokeMode`:`UNKNOWN`}",
                        set("UNKNOWN", "invokeMode", "RESPONSE_STREAM, BUFFERED")));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void saysWhatAwsSaid(Recorded recorded) {
        assertThat(refusal(recorded.operation, recorded.request))
                .isEqualTo("1 validation error detected: " + recorded.words);
    }

    @Test
    void saysAllAtOnceInTheOrderOfTheModel() {
        var request = Requests.body(Map.of("LayerName", "tools"), """
                {"Content":{},"CompatibleArchitectures":["invalidarch","x86_64"],
                 "CompatibleRuntimes":["invalidruntime","invalidruntime2","nodejs20.x"]}""");

        assertThat(refusal(ApiOperation.PUBLISH_LAYER_VERSION, request))
                .isEqualTo("2 validation errors detected: Value '[invalidruntime, invalidruntime2, nodejs20.x]' at"
                        + " 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: ["
                        + RUNTIMES + "]; Value '[invalidarch, x86_64]' at 'compatibleArchitectures' failed to satisfy"
                        + " constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64],"
                        + " Member must not be null]");
    }

    static List<ModelFile.Operation> operations() {
        return ModelFile.load().operations();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void missesEveryMemberThatTheModelRequires(ModelFile.Operation operation) {
        var required = ModelFile.load().required(operation.input()).stream()
                .map(m -> "Value null at '" + Character.toLowerCase(m.charAt(0)) + m.substring(1)
                        + "' failed to satisfy constraint: Member must not be null")
                // An empty body is a body, though the payload of an invocation is never absent.
                .filter(m -> !m.contains("'invokeArgs'"))
                .toList();
        var api = operation.api();

        if (required.isEmpty()) {
            assertThatCode(() -> api.reader().read(Requests.body(Map.of(), "{}")))
                    .doesNotThrowAnyException();
        } else {
            assertThat(refusal(api, Requests.body(Map.of(), "{}")))
                    .isEqualTo(required.size() + " validation error" + (required.size() == 1 ? "" : "s") + " detected: "
                            + String.join("; ", required));
        }
    }

    @Test
    void holdsAFunctionThatIsToGoToNoLengthOfNewNames() {
        var arn = "arn:aws:lambda:us-east-1:111111111111:function:" + "a".repeat(100);

        assertThatCode(() ->
                        ApiOperation.DELETE_FUNCTION.reader().read(Requests.query(Map.of("FunctionName", arn), "")))
                .doesNotThrowAnyException();
    }

    @Test
    void saysLengthBeforePattern() {
        assertThat(refusal(ApiOperation.GET_ALIAS, Requests.query(Map.of("FunctionName", "mail", "Name", ""), "")))
                .startsWith("2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must"
                        + " have length greater than or equal to 1; Value '' at 'name' failed to satisfy constraint:"
                        + " Member must satisfy regular expression pattern: ");
    }

    @Test
    void keepsSecretValuesOutOfItsTexts() {
        var request = Requests.body(MAIL, "{\"Environment\":{\"Variables\":{\"1\":\"hunter2\"}}}");

        assertThat(refusal(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, request))
                .isEqualTo("1 validation error detected: Value at 'environment.variables' failed to satisfy constraint:"
                        + " Map keys must satisfy constraint: [Member must satisfy regular expression pattern:"
                        + " [a-zA-Z]([a-zA-Z0-9_])+]");
    }

    @Test
    void printsOnlyTheBeginningOfAVeryLongValue() {
        var request = Requests.body(MAIL, "{\"Description\":\"" + "x".repeat(1_000_000) + "\"}");

        assertThat(refusal(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, request))
                .contains("x…' at 'description' failed")
                .hasSizeLessThan(9000);
    }

    @Test
    void spellsPathsWithOnlyTheFirstLetterLowered() {
        assertThat(refusal(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, Requests.body(MAIL, "{\"KMSKeyArn\":\"x\"}")))
                .contains("Value 'x' at 'kMSKeyArn' failed");
    }

    @Test
    void countsTheElementsOfListsOfStructures() {
        var body = "{\"FileSystemConfigs\":[{\"Arn\":\"x\",\"LocalMountPath\":\"/mnt/a\"},null]}";

        assertThat(refusal(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, Requests.body(MAIL, body)))
                .startsWith("3 validation errors detected: ")
                .contains(
                        "at 'fileSystemConfigs' failed to satisfy constraint: Member must have length less than or equal to 1")
                .contains("Value 'x' at 'fileSystemConfigs.1.member.arn' failed")
                .contains(
                        "Value null at 'fileSystemConfigs.2.member' failed to satisfy constraint: Member must not be null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Layers", "Architectures"})
    void letsNoNullIntoLists(String member) {
        var created = "{\"FunctionName\":\"f\",\"Role\":\"arn:aws:iam::111111111111:role/r\",\"Code\":{},\"" + member
                + "\":[null]}";

        assertThat(refusal(ApiOperation.CREATE_FUNCTION, Requests.body(Map.of(), created)))
                .contains("Value '[null]' at '" + member.toLowerCase(Locale.ROOT) + "' failed")
                .endsWith("Member must not be null]");
    }

    @Test
    void letsNoNullIntoMaps() {
        assertThat(refusal(
                        ApiOperation.TAG_RESOURCE,
                        Requests.body(Map.of("Resource", FUNCTION), "{\"Tags\":{\"a\":null}}")))
                .isEqualTo(
                        "1 validation error detected: Value '{a=null}' at 'tags' failed to satisfy constraint: Map value"
                                + " must satisfy constraint: [Member must not be null]");
    }

    @Test
    void leavesTheRuntimeToTheOperation() {
        var body = "{\"Runtime\":\"python99\"}";

        UpdateFunctionConfigurationRequest request = ApiOperation.UPDATE_FUNCTION_CONFIGURATION
                .<UpdateFunctionConfigurationRequest>reader()
                .read(Requests.body(MAIL, body));

        assertThat(request.runtime()).isEqualTo("python99");
    }

    @Test
    void readsHeadersAndTheRawPayloadOfAnInvocation() {
        var headers = new LinkedHashMap<String, String>();
        headers.put("x-amz-invocation-type", "DryRun");
        headers.put("x-amz-tenant-id", "t 1");
        var payload = new byte[] {1, 2, 3};

        var request = InvocationRequest.read(Requests.headers(MAIL, headers, payload));

        assertThat(request.functionName()).isEqualTo("mail");
        assertThat(request.invocationType()).isEqualTo("DryRun");
        assertThat(request.tenantId()).isEqualTo("t 1");
        assertThat(request.payload()).isSameAs(payload);
        headers.put("x-amz-log-type", "Head");
        assertThat(refusal(ApiOperation.INVOKE, Requests.headers(MAIL, headers, payload)))
                .isEqualTo("1 validation error detected: " + set("Head", "logType", "None, Tail"));
    }

    @Test
    void takesPathParametersFromThePathAlone() {
        var request = GetAliasRequest.read(
                Requests.body(Map.of("FunctionName", "mail", "Name", "prod"), "{\"FunctionName\":\"other\"}"));
        var update = UpdateAliasRequest.read(Requests.body(
                Map.of("FunctionName", "mail", "Name", "prod"), "{\"Name\":\"other\",\"Description\":\"d\"}"));

        assertThat(request.functionName()).isEqualTo("mail");
        assertThat(update.name()).isEqualTo("prod");
        assertThat(update.description()).isEqualTo("d");
    }

    static String refusal(ApiOperation operation, RequestParts request) {
        var refused = catchThrowableOfType(
                ApiException.class, () -> operation.reader().read(request));
        assertThat(refused).as("nothing was refused").isNotNull();
        assertThat(refused.error()).isEqualTo(ApiError.VALIDATION);
        return refused.message();
    }

    private static Recorded update(String members, String words) {
        return Recorded.body(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, MAIL, "{" + members + "}", words);
    }

    private static Recorded create(String members, String words) {
        var body = "{`FunctionName`:`f`,`Role`:`arn:aws:iam::111111111111:role/r`,`Code`:{}," + members + "}";
        return Recorded.body(ApiOperation.CREATE_FUNCTION, Map.of(), body, words);
    }

    private static Recorded alias(String weights, String words) {
        var body = "{`Name`:`a`,`FunctionVersion`:`1`,`RoutingConfig`:{`AdditionalVersionWeights`:" + weights + "}}";
        return Recorded.body(ApiOperation.CREATE_ALIAS, MAIL, body, words);
    }

    private static String weights(String value) {
        return broken(
                value,
                "routingConfig.additionalVersionWeights",
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value"
                        + " greater than or equal to 0.0, Member must not be null]");
    }

    private static String broken(String value, String path, String words) {
        return "Value '" + value + "' at '" + path + "' failed to satisfy constraint: " + words;
    }

    private static String pattern(String value, String path, String pattern) {
        return broken(value, path, "Member must satisfy regular expression pattern: " + pattern);
    }

    private static String set(String value, String path, String values) {
        return broken(value, path, "Member must satisfy enum value set: [" + values + "]");
    }
}
