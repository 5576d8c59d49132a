package hearth.conformance;

import static hearth.conformance.TestServer.ROLE;
import static hearth.conformance.TestServer.lambda;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.FileSystemConfig;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.TenantIsolationMode;
import software.amazon.awssdk.services.lambda.model.TracingMode;

/// Settings that Hearth keeps without acting on them, as the AWS SDK for Java sends and reads them.
class StoredSettingsTest {
    private static final String ECHO = "def handler(event, context):\n    return event\n";
    private static final String KEY = "arn:aws:kms:eu-west-1:000000000000:key/1";
    private static final String QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failed";

    private static final FileSystemConfig FILES = FileSystemConfig.builder()
            .arn("arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0")
            .localMountPath("/mnt/files")
            .build();

    @Test
    void comeBackAsTheyWereGivenAndTheFunctionRuns() {
        var name = TestServer.name("settled");
        lambda().createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(ROLE)
                .code(c -> c.zipFile(Zips.of("app.py", ECHO)).sourceKMSKeyArn(KEY))
                .vpcConfig(v -> v.subnetIds("subnet-1").securityGroupIds("sg-1"))
                .fileSystemConfigs(FILES)
                .kmsKeyArn(KEY)
                .deadLetterConfig(d -> d.targetArn(QUEUE))
                .tracingConfig(t -> t.mode(TracingMode.ACTIVE)));
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));

        var function = lambda().getFunction(r -> r.functionName(name));

        var shown = function.configuration();
        assertThat(shown.vpcConfig().subnetIds()).containsExactly("subnet-1");
        assertThat(shown.vpcConfig().securityGroupIds()).containsExactly("sg-1");
        assertThat(shown.vpcConfig().vpcId()).startsWith("vpc-");
        assertThat(shown.fileSystemConfigs().getFirst().localMountPath()).isEqualTo("/mnt/files");
        assertThat(shown.kmsKeyArn()).isEqualTo(KEY);
        assertThat(shown.deadLetterConfig().targetArn()).isEqualTo(QUEUE);
        assertThat(shown.tracingConfig().mode()).isEqualTo(TracingMode.ACTIVE);
        assertThat(function.code().sourceKMSKeyArn()).isEqualTo(KEY);
        assertThat(TestServer.invoke(name, "7").payload().asUtf8String()).isEqualTo("7");
    }

    @Test
    void areNoPretenceWhereAFunctionCannotRun() {
        var image = TestServer.name("image");
        lambda().createFunction(r -> r.functionName(image)
                .packageType(PackageType.IMAGE)
                .role(ROLE)
                .code(c -> c.imageUri("registry.example.com/team/app:1"))
                .imageConfig(i -> i.command(List.of("app.handler"))));
        var tenants = TestServer.name("tenants");
        lambda().createFunction(r -> r.functionName(tenants)
                .runtime("python3.11")
                .handler("app.handler")
                .role(ROLE)
                .code(c -> c.zipFile(Zips.of("app.py", ECHO)))
                .tenancyConfig(t -> t.tenantIsolationMode(TenantIsolationMode.PER_TENANT)));
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(image));
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(tenants));

        var shown = lambda().getFunction(r -> r.functionName(image));

        assertThat(shown.code().repositoryType()).isEqualTo("ECR");
        assertThat(shown.code().imageUri()).isEqualTo("registry.example.com/team/app:1");
        assertThat(shown.configuration().imageConfigResponse().imageConfig().command())
                .containsExactly("app.handler");
        assertThatThrownBy(() -> TestServer.invoke(image, "{}"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("functions from container images (PackageType Image) is not available");
        assertThatThrownBy(() -> lambda().invoke(r -> r.functionName(tenants).tenantId("blue")))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("functions with tenant isolation (TenancyConfig) is not available");
        assertThatThrownBy(() -> TestServer.invoke(tenants, "{}"))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("The invoked function is enabled with tenancy configuration.");
    }
}
