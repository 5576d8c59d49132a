package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.EnvironmentResponse;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.LoggingConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Functions to keep.
final class Samples {
    static final AccountId ACCOUNT = new AccountId("123456789012");
    static final Region REGION = new Region("eu-north-1");
    static final byte[] ZIP = "PK the code".getBytes(StandardCharsets.UTF_8);
    static final CodeDigest CODE = BlobStore.digestOf(ZIP);

    private Samples() {}

    static FunctionId id(String name) {
        return new FunctionId(ACCOUNT, REGION, name);
    }

    static final FunctionCodeLocation SOURCE = FunctionCodeLocation.builder()
            .repositoryType("ECR")
            .imageUri("app:1")
            .build();

    static FunctionRecord function(String name, long generation) {
        return function(name, generation, CODE);
    }

    static FunctionRecord function(String name, long generation, CodeDigest code) {
        var latest = new VersionRecord(configuration(name, FunctionId.LATEST), code, generation, SOURCE, List.of());
        return FunctionRecord.created(id(name), latest, Map.of("team", "hearth"));
    }

    static VersionRecord version(String name, long number, long generation) {
        return new VersionRecord(configuration(name, Long.toString(number)), CODE, generation, SOURCE, List.of());
    }

    static FunctionConfiguration configuration(String name, String version) {
        return FunctionConfiguration.builder()
                .functionName(name)
                .functionArn(id(name).arn())
                .version(version)
                .runtime("python3.12")
                .role("arn:aws:iam::123456789012:role/any")
                .handler("app.handler")
                .codeSize((long) ZIP.length)
                .codeSha256(CODE.base64())
                .description("What it does")
                .timeout(3)
                .memorySize(128)
                .environment(EnvironmentResponse.builder()
                        .variables(Map.of("GREETING", "hej"))
                        .build())
                .ephemeralStorage(EphemeralStorage.builder().size(512).build())
                .architectures(List.of("x86_64"))
                .loggingConfig(LoggingConfig.builder()
                        .logFormat("Text")
                        .logGroup("/aws/lambda/" + name)
                        .build())
                .revisionId("00000000-0000-4000-8000-000000000000")
                .state("Active")
                .lastUpdateStatus("Successful")
                .build();
    }
}
