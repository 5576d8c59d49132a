package hearth.control;

import static hearth.control.Desk.creation;
import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.operation.ProvisionedEnvironments.Progress;
import hearth.model.ApiError;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.CreateFunctionUrlConfigRequest;
import hearth.model.api.CreateFunctionUrlConfigResponse;
import hearth.model.api.DeadLetterConfig;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FileSystemConfig;
import hearth.model.api.FunctionCode;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetFunctionResponse;
import hearth.model.api.ImageConfig;
import hearth.model.api.PutProvisionedConcurrencyConfigRequest;
import hearth.model.api.PutProvisionedConcurrencyConfigResponse;
import hearth.model.api.S3FilesConfig;
import hearth.model.api.SnapStart;
import hearth.model.api.TenancyConfig;
import hearth.model.api.TracingConfig;
import hearth.model.api.UpdateAliasRequest;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import hearth.model.api.VpcConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Settings that Hearth keeps and shows. Members of an answer may be absent by their type; one that is missing fails
/// the test.
@NullUnmarked
class FunctionSettingsTest {
    private static final String KEY = "arn:aws:kms:eu-north-1:123456789012:key/1";
    private static final String QUEUE = "arn:aws:sqs:eu-north-1:123456789012:failed";
    private static final String ACCESS_POINT =
            "arn:aws:elasticfilesystem:eu-north-1:123456789012:access-point/fsap-0123456789abcdef0";
    private static final VpcConfig VPC = VpcConfig.builder()
            .subnetIds(List.of("subnet-1", "subnet-2"))
            .securityGroupIds(List.of("sg-1"))
            .build();
    private static final VpcConfig NO_VPC =
            VpcConfig.builder().subnetIds(List.of()).securityGroupIds(List.of()).build();
    private static final FileSystemConfig FILES = FileSystemConfig.builder()
            .arn(ACCESS_POINT)
            .localMountPath("/mnt/files")
            .build();
    private static final SnapStart SNAP_START =
            SnapStart.builder().applyOn("PublishedVersions").build();

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
    void showsAVpcWithAnIdThatIsTheSameForAllFunctions() {
        var first = create(creation("first").vpcConfig(VPC)).vpcConfig();
        var second = create(creation("second")
                        .vpcConfig(VPC.toBuilder().ipv6AllowedForDualStack(true).build()))
                .vpcConfig();

        assertThat(first.subnetIds()).containsExactly("subnet-1", "subnet-2");
        assertThat(first.securityGroupIds()).containsExactly("sg-1");
        assertThat(first.ipv6AllowedForDualStack()).isFalse();
        assertThat(first.vpcId()).matches("vpc-[0-9a-f]{17}");
        assertThat(second.vpcId()).isEqualTo(first.vpcId());
        assertThat(second.ipv6AllowedForDualStack()).isTrue();
    }

    @Test
    void takesAFunctionOutOfItsVpcByEmptyLists() {
        createActive(creation("greet").vpcConfig(VPC));
        configure(configuration()
                .vpcConfig(VpcConfig.builder().ipv6AllowedForDualStack(true).build()));
        assertThat(desk.settled("greet").vpcConfig().subnetIds()).hasSize(2);

        configure(configuration().vpcConfig(NO_VPC));

        var left = desk.settled("greet").vpcConfig();
        assertThat(left.subnetIds()).isEmpty();
        assertThat(left.securityGroupIds()).isEmpty();
        assertThat(left.vpcId()).isEmpty();
        assertThat(create(creation("never")).vpcConfig()).isNull();
    }

    @Test
    void refusesSubnetsWithoutSecurityGroups() {
        var text = "SubnetIds and SecurityIds must coexist or be both empty list.";

        refuses(
                () -> create(creation("greet")
                        .vpcConfig(VpcConfig.builder()
                                .subnetIds(List.of("subnet-1"))
                                .build())),
                text);
        createActive(creation("greet").vpcConfig(VPC));
        refuses(
                () -> configure(configuration()
                        .vpcConfig(
                                VpcConfig.builder().securityGroupIds(List.of()).build())),
                text);
    }

    @Test
    void keepsAFileSystemOfAFunctionInAVpc() {
        var created = createActive(creation("greet").vpcConfig(VPC).fileSystemConfigs(List.of(FILES)));
        assertThat(created.fileSystemConfigs()).containsExactly(FILES);

        refuses(
                () -> configure(configuration().vpcConfig(NO_VPC)),
                "Function VPC configuration cannot be removed with access point " + ACCESS_POINT + " referenced.");
        refuses(
                () -> create(creation("other").fileSystemConfigs(List.of(FILES))),
                "Function must be configured to execute in a VPC to reference access point " + ACCESS_POINT + ".");
        configure(configuration().vpcConfig(NO_VPC).fileSystemConfigs(List.of()));

        assertThat(desk.settled("greet").fileSystemConfigs()).isNull();
    }

    @Test
    void keepsAndClearsKeyAndDeadLetterTarget() {
        createActive(creation("greet").kmsKeyArn(KEY).deadLetterConfig(deadLetters(QUEUE)));
        assertThat(desk.get("greet").kmsKeyArn()).isEqualTo(KEY);
        assertThat(desk.get("greet").deadLetterConfig().targetArn()).isEqualTo(QUEUE);

        configure(configuration().description("something else"));
        assertThat(desk.settled("greet").kmsKeyArn()).isEqualTo(KEY);
        configure(configuration().kmsKeyArn("").deadLetterConfig(deadLetters("")));

        assertThat(desk.settled("greet").kmsKeyArn()).isNull();
        assertThat(desk.get("greet").deadLetterConfig()).isNull();
    }

    @Test
    void refusesADeadLetterTargetThatIsNoQueueOrTopic() {
        create(creation("topic").deadLetterConfig(deadLetters("arn:aws:sns:eu-north-1:123456789012:failed")));

        refuses(
                () -> create(creation("greet").deadLetterConfig(deadLetters("arn:aws:s3:::failed"))),
                "The dead letter target arn:aws:s3:::failed is neither an SQS queue nor an SNS topic.");
    }

    @Test
    void keepsTheTracingMode() {
        createActive(creation("greet")
                .tracingConfig(TracingConfig.builder().mode("Active").build()));

        configure(configuration().description("something else"));

        assertThat(desk.settled("greet").tracingConfig().mode()).isEqualTo("Active");
    }

    @Test
    void startsPublishedVersionsAloneFromSnapshots() {
        desk.environments = (_, _) -> new Progress(1, Optional.empty());
        createActive(creation("greet").snapStart(SNAP_START));

        desk.publish("greet");

        assertThat(desk.get("greet:1").snapStart().applyOn()).isEqualTo("PublishedVersions");
        assertThat(desk.get("greet:1").snapStart().optimizationStatus()).isEqualTo("On");
        assertThat(desk.get("greet").snapStart().applyOn()).isEqualTo("PublishedVersions");
        assertThat(desk.get("greet").snapStart().optimizationStatus()).isEqualTo("Off");
        configure(configuration().snapStart(SnapStart.builder().applyOn("None").build()));
        assertThat(desk.settled("greet").snapStart().applyOn()).isEqualTo("None");
        desk.publish("greet");
        assertThat(desk.get("greet:2").snapStart().optimizationStatus()).isEqualTo("Off");
        assertThat(desk.get("greet:1").snapStart().optimizationStatus()).isEqualTo("On");
    }

    @Test
    void publishesAVersionUnderSnapStartOnceAnEnvironmentIsInitialised() {
        createActive(creation("greet").snapStart(SNAP_START));

        assertThat(desk.publish("greet").state()).isEqualTo("Pending");
        assertThat(desk.get("greet:1").state()).isEqualTo("Pending");
        desk.environments = (_, version) -> new Progress(version.equals("1") ? 1 : 0, Optional.empty());

        Await.until(() -> "Active".equals(desk.get("greet:1").state()));
        assertThat(desk.get("greet:1").snapStart().optimizationStatus()).isEqualTo("On");
    }

    @Test
    void failsAVersionUnderSnapStartThatDoesNotInitialise() {
        createActive(creation("greet").snapStart(SNAP_START));
        desk.environments = (_, _) -> new Progress(0, Optional.of("FUNCTION_ERROR_INIT_FAILURE"), true);

        desk.publish("greet");

        Await.until(() -> "Failed".equals(desk.get("greet:1").state()));
        assertThat(desk.get("greet:1").stateReasonCode()).isEqualTo("FunctionError");
        assertThat(desk.get("greet:1").snapStart().optimizationStatus()).isEqualTo("Off");
        assertThat(desk.get("greet").state()).isEqualTo("Active");
    }

    @Test
    void saysOfAVersionThatCannotBeInitialisedHereThatItIsNotOptimised() {
        createActive(creation("greet").snapStart(SNAP_START));
        desk.environments = (_, _) -> new Progress(0, Optional.of("FUNCTION_ERROR_INIT_FAILURE"));

        desk.publish("greet");

        Await.until(() -> "Active".equals(desk.get("greet:1").state()));
        assertThat(desk.get("greet:1").snapStart().optimizationStatus()).isEqualTo("Off");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodejs22.x", "python3.11", "provided.al2023", "java8.al2", "dotnet6"})
    void refusesSnapStartForRuntimesThatAwsHasNoneFor(String runtime) {
        refuses(
                () -> create(creation("greet").runtime(runtime).snapStart(SNAP_START)),
                runtime + " is not supported for SnapStart enabled functions.");
        createActive(creation("greet").runtime("java17.al2023").snapStart(SNAP_START));
        refuses(
                () -> configure(configuration().runtime(runtime)),
                runtime + " is not supported for SnapStart enabled functions.");
    }

    @Test
    void refusesReadsFromABucketForFileSystemsThatHaveNone() {
        var reads = FILES.toBuilder()
                .s3FilesConfig(S3FilesConfig.builder().directS3Read("ENABLED").build())
                .build();

        refuses(
                () -> create(creation("greet").vpcConfig(VPC).fileSystemConfigs(List.of(reads))),
                "S3FilesConfig is for access points of Amazon S3 Files only, and " + ACCESS_POINT + " is none.");
    }

    @Test
    void refusesSnapStartBesideWhatItCannotKeep() {
        refuses(
                () -> create(creation("greet")
                        .snapStart(SNAP_START)
                        .ephemeralStorage(EphemeralStorage.builder().size(513).build())),
                "EphemeralStorage of more than 512 MB is not supported for SnapStart enabled functions.");
        refuses(
                () -> create(
                        creation("greet").snapStart(SNAP_START).vpcConfig(VPC).fileSystemConfigs(List.of(FILES))),
                "FileSystemConfigs is not supported for SnapStart enabled functions.");
        refuses(
                () -> create(creation("greet").snapStart(SNAP_START).tenancyConfig(tenancy())),
                "TenancyConfig is not supported for SnapStart enabled functions.");
        refuses(
                () -> create(CreateFunctionRequest.builder()
                        .functionName("greet")
                        .role("arn:aws:iam::123456789012:role/any")
                        .packageType("Image")
                        .code(FunctionCode.builder().imageUri("app").build())
                        .snapStart(SNAP_START)),
                "ContainerImage is not supported for SnapStart enabled functions.");
    }

    @Test
    void givesAFunctionWithTenantsNeitherAUrlNorProvisionedConcurrency() {
        createActive(creation("greet").tenancyConfig(tenancy()).publish(true));
        refuses(
                () -> desk.ask(
                        ApiOperation.CREATE_FUNCTION_URL_CONFIG,
                        CreateFunctionUrlConfigRequest.builder()
                                .functionName("greet")
                                .authType("NONE")
                                .build(),
                        CreateFunctionUrlConfigResponse.class),
                "FunctionUrlConfig is not supported for functions with TenancyConfig.");
        refuses(
                () -> provision("1"),
                "ProvisionedConcurrencyConfig is not supported for functions with TenancyConfig.");
    }

    @Test
    void provisionsNothingForVersionsUnderSnapStart() {
        var refused = "Provisioned Concurrency is not supported for SnapStart enabled functions.";
        desk.environments = (_, _) -> new Progress(1, Optional.empty());
        createActive(creation("greet").snapStart(SNAP_START));
        desk.publish("greet");
        alias("live", "1");
        refuses(() -> provision("1"), refused);
        refuses(() -> provision("live"), refused);

        configure(configuration().snapStart(SnapStart.builder().applyOn("None").build()));
        desk.settled("greet");
        desk.publish("greet");
        alias("plain", "2");
        assertThat(provision("plain").status()).isEqualTo("IN_PROGRESS");
        refuses(
                () -> desk.ask(
                        ApiOperation.UPDATE_ALIAS,
                        UpdateAliasRequest.builder()
                                .functionName("greet")
                                .name("plain")
                                .functionVersion("1")
                                .build(),
                        AliasConfiguration.class),
                refused);
    }

    private void alias(String name, String version) {
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name(name)
                        .functionVersion(version)
                        .build(),
                AliasConfiguration.class);
    }

    private PutProvisionedConcurrencyConfigResponse provision(String qualifier) {
        return desk.ask(
                ApiOperation.PUT_PROVISIONED_CONCURRENCY_CONFIG,
                PutProvisionedConcurrencyConfigRequest.builder()
                        .functionName("greet")
                        .qualifier(qualifier)
                        .provisionedConcurrentExecutions(1)
                        .build(),
                PutProvisionedConcurrencyConfigResponse.class);
    }

    @Test
    void keepsTheTenancyThatAFunctionIsMadeWith() {
        createActive(creation("greet").tenancyConfig(tenancy()));

        configure(configuration().description("something else"));

        assertThat(desk.settled("greet").tenancyConfig().tenantIsolationMode()).isEqualTo("PER_TENANT");
    }

    @Test
    void showsTheKeyOfThePackageWhereItShowsThePackage() {
        createActive(creation("greet")
                .code(FunctionCode.builder()
                        .zipFile(Zips.of("one"))
                        .sourceKMSKeyArn(KEY)
                        .build()));
        desk.publish("greet");
        assertThat(code("greet").sourceKMSKeyArn()).isEqualTo(KEY);

        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("greet")
                        .zipFile(Zips.of("two"))
                        .build());

        assertThat(code("greet").sourceKMSKeyArn()).isNull();
        assertThat(code("greet:1").sourceKMSKeyArn()).isEqualTo(KEY);
        assertThat(code("greet:1").location()).startsWith("http://code.test/");
    }

    @Test
    void refusesAnImageConfigOfAZip() {
        var text = "Please don't provide ImageConfig when the intended function PackageType is Zip.";
        var image = ImageConfig.builder().command(List.of("app.handler")).build();

        refuses(() -> create(creation("greet").imageConfig(image)), text);
        createActive(creation("greet").imageConfig(ImageConfig.builder().build()));
        refuses(() -> configure(configuration().imageConfig(image)), text);
    }

    private FunctionCodeLocation code(String name) {
        return desk.ask(
                        ApiOperation.GET_FUNCTION,
                        GetFunctionRequest.builder().functionName(name).build(),
                        GetFunctionResponse.class)
                .code();
    }

    private static TenancyConfig tenancy() {
        return TenancyConfig.builder().tenantIsolationMode("PER_TENANT").build();
    }

    private static DeadLetterConfig deadLetters(String target) {
        return DeadLetterConfig.builder().targetArn(target).build();
    }

    private FunctionConfiguration create(CreateFunctionRequest.Builder request) {
        return desk.ask(ApiOperation.CREATE_FUNCTION, request.build());
    }

    private FunctionConfiguration createActive(CreateFunctionRequest.Builder request) {
        var created = create(request);
        desk.settled(created.functionName());
        return created;
    }

    private static UpdateFunctionConfigurationRequest.Builder configuration() {
        return UpdateFunctionConfigurationRequest.builder().functionName("greet");
    }

    private void configure(UpdateFunctionConfigurationRequest.Builder request) {
        desk.ask(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, request.build());
    }

    private static void refuses(ThrowingCallable request, String message) {
        refused(request, ApiError.INVALID_PARAMETER_VALUE, message);
    }
}
