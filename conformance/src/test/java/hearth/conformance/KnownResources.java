package hearth.conformance;

import hearth.conformance.ApiModel.Operation;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// One resource of each kind, for requests that are to fail at nothing but the fault that they have.
///
/// @param mapping the id of an event source mapping
/// @param signing the ARN of a code signing config
record KnownResources(String mapping, String signing) {
    static final String NAME = "known";
    private static final String ALIAS = "live";
    private static final String ARN = "arn:aws:lambda:eu-west-1:000000000000:";
    private static final String POLICY =
            "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111122223333\"},"
                    + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + ARN + "function:" + NAME + "\"}}";

    static KnownResources create(LambdaClient lambda) {
        var zip = SdkBytes.fromByteArray(Mutations.ZIP);
        lambda.createFunction(r -> r.functionName(NAME)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(NAME));
        lambda.publishVersion(r -> r.functionName(NAME));
        lambda.createAlias(r -> r.functionName(NAME).name(ALIAS).functionVersion("1"));
        lambda.publishLayerVersion(r -> r.layerName(NAME).content(c -> c.zipFile(zip)));
        var mapping = lambda.createEventSourceMapping(r -> r.functionName(NAME)
                .eventSourceArn("arn:aws:sqs:eu-west-1:000000000000:queue")
                .enabled(false));
        var signing = lambda.createCodeSigningConfig(r -> r.allowedPublishers(p -> p.signingProfileVersionArns(
                "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/team/abcdefghij")));
        return new KnownResources(mapping.uuid(), signing.codeSigningConfig().codeSigningConfigArn());
    }

    /// Values for the members of an operation's request.
    Map<String, List<?>> values(Operation operation) {
        var values = new HashMap<String, List<?>>();
        values.put("FunctionName", List.of(NAME));
        values.put("LayerName", List.of(NAME));
        values.put("VersionNumber", List.of(1));
        values.put("UUID", List.of(mapping));
        values.put("Resource", List.of(ARN + "function:" + NAME));
        values.put("ResourceArn", List.of(ARN + "function:" + NAME));
        values.put("SubnetIds", List.of(List.of("subnet-0")));
        values.put("SecurityGroupIds", List.of(List.of("sg-0")));
        values.put("CodeSigningConfigArn", List.of(signing));
        values.put("TagKeys", List.of(List.of("key")));
        var code = Base64.getEncoder().encodeToString(Mutations.ZIP);
        switch (operation.name()) {
            case "CreateFunction" -> {
                values.put("FunctionName", List.of("created"));
                values.put("Runtime", List.of("python3.11"));
                values.put("Handler", List.of("app.handler"));
                values.put("Role", List.of(TestServer.ROLE));
                values.put("Code", List.of(Map.of("ZipFile", code)));
            }
            case "UpdateFunctionCode" -> values.put("ZipFile", List.of(code));
            case "PublishLayerVersion" -> values.put("Content", List.of(Map.of("ZipFile", code)));
            case "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig" ->
                values.put("MaximumRetryAttempts", List.of(1));
            case "CreateEventSourceMapping" ->
                values.put("EventSourceArn", List.of("arn:aws:sqs:eu-west-1:000000000000:other"));
            case "ListEventSourceMappings" -> values.remove("FunctionName");
            case "CreateFunctionUrlConfig",
                    "GetFunctionUrlConfig",
                    "UpdateFunctionUrlConfig",
                    "DeleteFunctionUrlConfig" -> values.put("Qualifier", List.of(ALIAS));
            case "PutProvisionedConcurrencyConfig",
                    "GetProvisionedConcurrencyConfig",
                    "DeleteProvisionedConcurrencyConfig",
                    "GetFunctionScalingConfig",
                    "PutFunctionScalingConfig" -> values.put("Qualifier", List.of("1"));
            case "AddPermission" -> values.put("Principal", List.of("s3.amazonaws.com"));
            case "PutResourcePolicy" -> values.put("Policy", List.of(POLICY));
            case "GetLayerVersionByArn" -> values.put("Arn", List.of(ARN + "layer:" + NAME + ":1"));
            case "GetAlias", "UpdateAlias", "DeleteAlias" -> values.put("Name", List.of(ALIAS));
            default -> {}
        }
        return values;
    }
}
