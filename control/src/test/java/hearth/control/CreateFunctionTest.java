package hearth.control;

import static hearth.control.Desk.creation;
import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.BlobStore;
import hearth.control.code.Packages;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiOperation;
import hearth.model.api.CapacityProviderConfig;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.DurableConfig;
import hearth.model.api.Environment;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.FunctionRuntimeConfig;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetFunctionResponse;
import hearth.model.api.LoggingConfig;
import hearth.model.api.SnapStart;
import hearth.model.api.VpcConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members of an answer may be absent by their type; one that is missing fails the test.
@NullUnmarked
class CreateFunctionTest {
    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void answersWithEveryDefaultAndPending() {
        var zip = Zips.of("one");

        var created = desk.create("greet");

        assertThat(created.functionName()).isEqualTo("greet");
        assertThat(created.functionArn()).isEqualTo(Desk.ARN + "greet");
        assertThat(created.version()).isEqualTo("$LATEST");
        assertThat(created.description()).isEmpty();
        assertThat(created.timeout()).isEqualTo(3);
        assertThat(created.memorySize()).isEqualTo(128);
        assertThat(created.packageType()).isEqualTo("Zip");
        assertThat(created.architectures()).containsExactly("x86_64");
        assertThat(created.codeSha256()).isEqualTo(BlobStore.digestOf(zip).base64());
        assertThat(created.codeSize()).isEqualTo(zip.length);
        assertThat(created.lastModified()).isEqualTo("2026-02-03T04:05:06.789+0000");
        assertThat(created.ephemeralStorage().size()).isEqualTo(512);
        assertThat(created.tracingConfig().mode()).isEqualTo("PassThrough");
        assertThat(created.snapStart().applyOn()).isEqualTo("None");
        assertThat(created.snapStart().optimizationStatus()).isEqualTo("Off");
        assertThat(created.loggingConfig().logFormat()).isEqualTo("Text");
        assertThat(created.loggingConfig().logGroup()).isEqualTo("/aws/lambda/greet");
        assertThat(created.loggingConfig().applicationLogLevel()).isNull();
        assertThat(created.runtimeVersionConfig().runtimeVersionArn())
                .matches("arn:aws:lambda:eu-north-1::runtime:[0-9a-f]{64}");
        assertThat(created.environment()).isNull();
        assertThat(created.state()).isEqualTo("Pending");
        assertThat(created.stateReason()).isEqualTo("The function is being created.");
        assertThat(created.stateReasonCode()).isEqualTo("Creating");
        assertThat(created.lastUpdateStatus()).isNull();
        assertThat(created.revisionId()).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    }

    @Test
    void becomesActiveWithAnotherRevision() {
        var created = desk.create("greet");

        var active = desk.settled("greet");

        assertThat(active.stateReason()).isNull();
        assertThat(active.stateReasonCode()).isNull();
        assertThat(active.lastUpdateStatus()).isEqualTo("Successful");
        assertThat(active.revisionId()).isNotEqualTo(created.revisionId());
        assertThat(active.lastModified()).isEqualTo(created.lastModified());
    }

    @Test
    void showsAnEnvironmentThatWasGivenEmpty() {
        var created = create(creation("greet").environment(Environment.builder().build()));

        assertThat(created.environment().variables()).isEmpty();
    }

    @Test
    void setsLogLevelsOfJsonLogs() {
        var created = create(creation("greet")
                .loggingConfig(LoggingConfig.builder().logFormat("JSON").build()));

        assertThat(created.loggingConfig().applicationLogLevel()).isEqualTo("INFO");
        assertThat(created.loggingConfig().systemLogLevel()).isEqualTo("INFO");
    }

    @Test
    void publishesAtOnceUnderAnUnqualifiedArn() {
        var created = create(creation("greet").publish(true));

        assertThat(created.version()).isEqualTo("1");
        assertThat(created.functionArn()).isEqualTo(Desk.ARN + "greet");
        assertThat(created.state()).isEqualTo("Pending");
        desk.settled("greet");
        Await.until(() -> "Active".equals(desk.get("greet:1").state()));
        var version = desk.get("greet:1");
        assertThat(version.functionArn()).isEqualTo(Desk.ARN + "greet:1");
        assertThat(version.lastUpdateStatus()).isEqualTo("Successful");
        assertThat(version.revisionId()).isNotEqualTo(desk.get("greet").revisionId());
        assertThat(desk.publish("greet").version())
                .as("nothing has changed since")
                .isEqualTo("1");
    }

    @Test
    void keepsTagsAndShowsThemOnlyWhenThereAreSome() {
        create(creation("tagged").tags(Map.of("team", "hearth")));
        create(creation("untagged"));

        assertThat(getFunction("tagged").tags()).containsExactly(Map.entry("team", "hearth"));
        assertThat(getFunction("untagged").tags()).isNull();
    }

    @Test
    void saysWhereTheCodeIs() {
        create(creation("greet"));

        var code = getFunction("greet").code();

        assertThat(code.repositoryType()).isEqualTo("S3");
        assertThat(code.location())
                .isEqualTo(
                        "http://code.test/" + BlobStore.digestOf(Zips.of("one")).hex());
    }

    @Test
    void createsOneOfManyAtOnce() throws Exception {
        var created = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                tasks.execute(() -> {
                    try {
                        desk.create("same");
                        created.incrementAndGet();
                    } catch (ApiException e) {
                        if (e.error() == ApiError.RESOURCE_CONFLICT) {
                            refused.incrementAndGet();
                        }
                    }
                });
            }
        }

        assertThat(created).hasValue(1);
        assertThat(refused).hasValue(19);
    }

    @Test
    void refusesANameThatIsTaken() {
        desk.create("greet");

        refuses(creation("greet"), ApiError.RESOURCE_CONFLICT, "Function already exist: greet");
    }

    @Test
    void takesTheNameAsAnArn() {
        assertThat(create(creation(Desk.ARN + "greet")).functionName()).isEqualTo("greet");
    }

    @Test
    void refusesALongName() {
        var name = "a".repeat(65);

        refuses(
                creation(name),
                "1 validation error detected: Value '" + name + "' at 'functionName' failed to satisfy constraint:"
                        + " Member must have length less than or equal to 64");
    }

    @Test
    void refusesRuntimesThatAwsRefuses() {
        refuses(
                creation("greet").runtime("python3.7"),
                "The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda"
                        + " functions. We recommend you use a supported runtime while creating or updating functions.");
        refuses(
                creation("greet").runtime("PYTHON3.9"),
                "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set:"
                        + " [nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x,"
                        + " java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9,"
                        + " java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2,"
                        + " java8.al2] or be a valid ARN");
    }

    @Test
    void refusesAZipFunctionWithoutHandlerOrRuntime() {
        var text = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
        refuses(creation("greet").handler(null), text);
        refuses(creation("greet").runtime(null), text);
    }

    @Test
    void refusesMoreThanFourKilobytesOfVariablesAndShowsWhatItMeasured() {
        var big = Map.of("LARGE_VAR", "x".repeat(4_096 - "{\"LARGE_VAR\":\"\"}".length() + 1));

        refuses(
                creation("greet").environment(variables(big)),
                "Lambda was unable to configure your environment variables because the environment variables you have"
                        + " provided exceeded the 4KB limit. String measured: {\"LARGE_VAR\":\""
                        + big.get("LARGE_VAR") + "\"}");
        var fits = Map.of("LARGE_VAR", "x".repeat(4_096 - "{\"LARGE_VAR\":\"\"}".length()));
        assertThat(create(creation("greet").environment(variables(fits)))
                        .environment()
                        .variables())
                .isEqualTo(fits);
    }

    @Test
    void refusesReservedVariables() {
        refuses(
                creation("greet").environment(variables(Map.of("AWS_REGION", "x"))),
                "Lambda was unable to configure your environment variables because the environment variables you have"
                        + " provided contains reserved keys that are currently not supported for modification."
                        + " Reserved keys used in this request: AWS_REGION");
    }

    @Test
    void refusesWhatNoProcessCanBeGiven() {
        refuses(
                creation("greet").environment(variables(Map.of("GREETING", "a\0b"))),
                "The value of GREETING contains a NUL character.");
        refuses(creation("greet").handler("app.\0"), "The value of handler contains a NUL character.");
    }

    @Test
    void refusesLogLevelsOfTextLogs() {
        refuses(
                creation("greet")
                        .loggingConfig(LoggingConfig.builder()
                                .applicationLogLevel("DEBUG")
                                .build()),
                "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request or"
                        + " change the LogFormat to \"JSON\" and try again.");
    }

    @Test
    void refusesMoreThanFiftyTags() {
        var tags = IntStream.range(0, 51).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));

        refuses(creation("greet").tags(tags), "Number of tags exceeds resource tag limit.");
    }

    @Test
    void refusesMoreMemoryThanAFunctionMayHave() {
        refuses(
                creation("greet").memorySize(10_241),
                ApiError.VALIDATION,
                "1 validation error detected: Value '10241' at 'memorySize' failed to satisfy constraint: Member must"
                        + " have value less than or equal to 10240");
        refuses(
                creation("greet").memorySize(10_241).timeout(901),
                ApiError.VALIDATION,
                "2 validation errors detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have"
                        + " value less than or equal to 900; Value '10241' at 'memorySize' failed to satisfy"
                        + " constraint: Member must have value less than or equal to 10240");
        refuses(
                creation("greet")
                        .ephemeralStorage(
                                EphemeralStorage.builder().size(10_241).build()),
                ApiError.VALIDATION,
                "1 validation error detected: Value '10241' at 'ephemeralStorage.size' failed to satisfy constraint:"
                        + " Member must have value less than or equal to 10240");
    }

    @Test
    void refusesCodeThatIsMissingOrNoZipOrTooLarge() {
        refuses(creation("greet").code(FunctionCode.builder().build()), "Please provide a source for function code.");
        refuses(
                creation("greet")
                        .code(FunctionCode.builder()
                                .zipFile("no zip".getBytes(StandardCharsets.UTF_8))
                                .build()),
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
        refuses(
                creation("greet")
                        .code(FunctionCode.builder()
                                .zipFile(new byte[52_428_800])
                                .build()),
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                "Zipped size must be smaller than 52428800 bytes");
    }

    @Test
    void tellsTheLogWhatIsWrongWithWhichPackage() {
        var log = Logger.getLogger(Packages.class.getName());
        var records = new ArrayList<LogRecord>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            refuses(
                    creation("greet")
                            .code(FunctionCode.builder()
                                    .zipFile(Zips.named("a/../../b"))
                                    .build()),
                    "Could not unzip uploaded file. Please check your file, then try to upload again.");
            create(creation("from-windows")
                    .code(FunctionCode.builder()
                            .zipFile(Zips.named("folder\\app.py"))
                            .build()));
        } finally {
            log.removeHandler(handler);
        }

        assertThat(records)
                .extracting(record -> record.getLevel() + " " + new SimpleFormatter().formatMessage(record))
                .satisfiesExactly(
                        refused -> assertThat(refused)
                                .isEqualTo(
                                        "WARNING The package of arn:aws:lambda:eu-north-1:123456789012:function:greet"
                                                + " is refused: a path leads upwards: a/../../b"),
                        warned -> assertThat(warned)
                                .startsWith("WARNING The package of")
                                .contains("function:from-windows has names with backslashes"));
    }

    @Test
    void refusesWhatItCannotHonourAndTakesWhatSaysNone() {
        refuses(
                creation("greet")
                        .code(FunctionCode.builder().s3Bucket("b").s3Key("k").build()),
                "Hearth was not told where S3 is. Start it with --endpoint s3=URL, or send the package itself, as"
                        + " ZipFile.");
        refuses(creation("greet").publishTo("LATEST_PUBLISHED"), "Hearth does not support PublishTo yet.");
        refuses(
                creation("greet")
                        .durableConfig(
                                DurableConfig.builder().executionTimeout(60).build()),
                "Hearth does not support DurableConfig yet.");
        refuses(
                creation("greet")
                        .capacityProviderConfig(CapacityProviderConfig.builder().build()),
                "Hearth does not support CapacityProviderConfig yet.");
        refuses(creation("greet").runtime("custom"), "Hearth does not support Runtime custom yet.");
        refuses(
                creation("greet")
                        .runtime("custom")
                        .runtimeConfig(FunctionRuntimeConfig.builder().build()),
                "Hearth does not support RuntimeConfig yet.");

        create(creation("greet")
                .layers(List.of())
                .kmsKeyArn("")
                .snapStart(SnapStart.builder().applyOn("None").build())
                .vpcConfig(VpcConfig.builder()
                        .subnetIds(List.of())
                        .securityGroupIds(List.of())
                        .build()));
    }

    @Test
    void keepsNothingOfARefusedCreation() {
        desk.create("greet");
        var before = desk.store.functions().usage(Desk.CALLER.account(), Desk.CALLER.region());

        refuses(creation("greet"), ApiError.RESOURCE_CONFLICT, "Function already exist: greet");
        refuses(
                creation("other").handler(null),
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.");

        assertThat(desk.store.functions().usage(Desk.CALLER.account(), Desk.CALLER.region()))
                .isEqualTo(before);
    }

    private GetFunctionResponse getFunction(String name) {
        return desk.ask(
                ApiOperation.GET_FUNCTION,
                GetFunctionRequest.builder().functionName(name).build(),
                GetFunctionResponse.class);
    }

    private static Environment variables(Map<String, String> variables) {
        return Environment.builder().variables(variables).build();
    }

    private FunctionConfiguration create(CreateFunctionRequest.Builder request) {
        return desk.ask(ApiOperation.CREATE_FUNCTION, request.build());
    }

    private void refuses(CreateFunctionRequest.Builder request, String message) {
        refuses(request, ApiError.INVALID_PARAMETER_VALUE, message);
    }

    private void refuses(CreateFunctionRequest.Builder request, ApiError error, String message) {
        refused(() -> create(request), error, message);
    }
}
