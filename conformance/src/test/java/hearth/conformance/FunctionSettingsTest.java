package hearth.conformance;

import static hearth.conformance.TestServer.lambda;
import static hearth.conformance.TestServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.FunctionUrlConfig;
import software.amazon.awssdk.services.lambda.model.InvokeMode;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.PolicyLengthExceededException;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.PublicPolicyException;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.UpdateRuntimeOn;

/// What can be set of a function beside its configuration, through the AWS SDK for Java.
class FunctionSettingsTest {
    private static final String SOURCE = "def handler(event, context):\n    return event\n";
    private static final String ARN = "arn:aws:lambda:eu-west-1:000000000000:function:";
    private static final String QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failed";

    /// A function with version 1 and the alias `live`.
    private static String function() {
        var name = python(SOURCE);
        lambda().publishVersion(r -> r.functionName(name));
        lambda().createAlias(r -> r.functionName(name).name("live").functionVersion("1"));
        return name;
    }

    @Test
    void aPolicyIsWrittenStatementByStatement() {
        var name = function();

        var added = lambda().addPermission(r -> r.functionName(name)
                .qualifier("live")
                .statementId("bucket")
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com")
                .sourceAccount("111122223333")
                .sourceArn("arn:aws:s3:::bucket"));
        var policy = lambda().getPolicy(r -> r.functionName(name).qualifier("live"));

        assertThat(added.sdkHttpResponse().statusCode()).isEqualTo(201);
        assertThat(added.statement())
                .isEqualTo("{\"Sid\":\"bucket\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},"
                        + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + ARN + name + ":live\","
                        + "\"Condition\":{\"StringEquals\":{\"AWS:SourceAccount\":\"111122223333\"},"
                        + "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::bucket\"}}}");
        assertThat(policy.policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + added.statement() + "]}");
        assertThat(policy.revisionId())
                .isEqualTo(lambda().getAlias(r -> r.functionName(name).name("live"))
                        .revisionId());
    }

    @Test
    void aPolicyIsRemovedByTheRevisionThatTheCallerKnows() {
        var name = function();
        var before =
                lambda().getFunctionConfiguration(r -> r.functionName(name)).revisionId();
        lambda().addPermission(r -> r.functionName(name)
                .statementId("all")
                .action("lambda:*")
                .principal("111122223333")
                .revisionId(before));

        assertThatThrownBy(() -> lambda().removePermission(
                                r -> r.functionName(name).statementId("all").revisionId(before)))
                .isInstanceOf(PreconditionFailedException.class);
        var removed = lambda().removePermission(r -> r.functionName(name)
                .statementId("all")
                .revisionId(lambda().getPolicy(p -> p.functionName(name)).revisionId()));

        assertThat(removed.sdkHttpResponse().statusCode()).isEqualTo(204);
        assertThatThrownBy(() -> lambda().getPolicy(r -> r.functionName(name)))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aResourcePolicyIsPutReadAndDeletedWhole() {
        var name = function();
        var arn = ARN + name;
        var policy =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"no\",\"Effect\":\"Deny\",\"Principal\":\"*\","
                        + "\"Action\":[\"lambda:InvokeFunction\",\"lambda:Delete*\"],\"Resource\":\"" + arn + "\","
                        + "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}";

        var put = lambda().putResourcePolicy(r -> r.resourceArn(arn).policy(policy));
        lambda().addPermission(r -> r.functionName(name)
                .statementId("events")
                .action("lambda:InvokeFunction")
                .principal("events.amazonaws.com"));
        var got = lambda().getResourcePolicy(r -> r.resourceArn(arn));

        assertThat(put.policy()).isEqualTo(policy);
        assertThat(got.policy())
                .startsWith(policy.substring(0, policy.length() - 2))
                .contains("\"events\"")
                .isEqualTo(lambda().getPolicy(r -> r.functionName(name)).policy());
        assertThat(got.revisionId())
                .isNotEqualTo(put.revisionId())
                .isEqualTo(lambda().getFunctionConfiguration(r -> r.functionName(name))
                        .revisionId());
        assertThatThrownBy(() -> lambda().putResourcePolicy(
                                r -> r.resourceArn(arn).policy(policy).revisionId(put.revisionId())))
                .isInstanceOf(PreconditionFailedException.class);
        assertThatThrownBy(() ->
                        lambda().putResourcePolicy(r -> r.resourceArn(arn).policy(policy.replace("Deny", "Allow"))))
                .isInstanceOf(PublicPolicyException.class);
        var deleted = lambda().deleteResourcePolicy(r -> r.resourceArn(arn).revisionId(got.revisionId()));
        assertThat(deleted.sdkHttpResponse().statusCode()).isEqualTo(204);
        assertThatThrownBy(() -> lambda().getResourcePolicy(r -> r.resourceArn(arn)))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aPolicyEndsAt20Kilobytes() {
        var name = function();

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        var id = "s" + i;
                        lambda().addPermission(r -> r.functionName(name)
                                .statementId(id)
                                .action("lambda:InvokeFunction")
                                .principal("events.amazonaws.com"));
                    }
                })
                .isInstanceOf(PolicyLengthExceededException.class)
                .hasMessageContaining("is bigger than the limit (20480)");
    }

    @Test
    void anEventInvokeConfigIsPutUpdatedListedAndDeleted() {
        var name = function();
        var arn = ARN + name + ":$LATEST";

        lambda().putFunctionEventInvokeConfig(r -> r.functionName(name).maximumRetryAttempts(0));
        var updated = lambda().updateFunctionEventInvokeConfig(r -> r.functionName(name)
                .maximumEventAgeInSeconds(60)
                .destinationConfig(d -> d.onFailure(f -> f.destination(QUEUE))));
        lambda().putFunctionEventInvokeConfig(
                        r -> r.functionName(name).qualifier("live").maximumRetryAttempts(2));

        assertThat(updated.functionArn()).isEqualTo(arn);
        assertThat(updated.maximumRetryAttempts()).isZero();
        assertThat(updated.maximumEventAgeInSeconds()).isEqualTo(60);
        assertThat(updated.lastModified()).isNotNull();
        assertThat(updated.destinationConfig().onFailure().destination()).isEqualTo(QUEUE);
        assertThat(updated.destinationConfig().onSuccess().destination()).isNull();
        assertThat(lambda().getFunctionEventInvokeConfig(r -> r.functionName(name))
                        .destinationConfig())
                .isEqualTo(updated.destinationConfig());
        assertThat(lambda().listFunctionEventInvokeConfigsPaginator(
                                r -> r.functionName(name).maxItems(1))
                        .functionEventInvokeConfigs())
                .extracting(FunctionEventInvokeConfig::functionArn)
                .containsExactly(arn, ARN + name + ":live");

        lambda().deleteFunctionEventInvokeConfig(r -> r.functionName(name));
        assertThatThrownBy(() -> lambda().getFunctionEventInvokeConfig(r -> r.functionName(name)))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The function " + arn + " doesn't have an EventInvokeConfig");
    }

    @Test
    void aFunctionUrlIsCreatedUpdatedListedAndDeleted() {
        var name = function();

        var created = lambda().createFunctionUrlConfig(r -> r.functionName(name)
                .authType(FunctionUrlAuthType.NONE)
                .cors(c -> c.allowOrigins("*").allowMethods("GET").maxAge(60)));
        assertThatThrownBy(() -> lambda().createFunctionUrlConfig(
                                r -> r.functionName(name).authType(FunctionUrlAuthType.NONE)))
                .isInstanceOf(ResourceConflictException.class);
        var updated = lambda().updateFunctionUrlConfig(r -> r.functionName(name).authType(FunctionUrlAuthType.AWS_IAM));
        lambda().createFunctionUrlConfig(r -> r.functionName(name)
                .qualifier("live")
                .authType(FunctionUrlAuthType.NONE)
                .invokeMode(InvokeMode.RESPONSE_STREAM));
        var read = lambda().getFunctionUrlConfig(r -> r.functionName(name));

        assertThat(created.functionUrl())
                .matches("http://[a-z0-9]{32}\\.lambda-url\\.eu-west-1\\.localhost:\\d+/"
                        + "|http://127\\.0\\.0\\.1:\\d+/_hearth/urls/[a-z0-9]{32}/");
        assertThat(created.functionArn()).isEqualTo(ARN + name);
        assertThat(created.creationTime()).matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3,6})?Z");
        assertThat(created.invokeMode()).isNull();
        assertThat(updated.functionUrl()).isEqualTo(created.functionUrl());
        assertThat(updated.cors()).isEqualTo(created.cors());
        assertThat(read.authType()).isEqualTo(FunctionUrlAuthType.AWS_IAM);
        assertThat(read.invokeMode()).isEqualTo(InvokeMode.BUFFERED);
        assertThat(lambda().listFunctionUrlConfigsPaginator(
                                r -> r.functionName(name).maxItems(1))
                        .functionUrlConfigs())
                .extracting(FunctionUrlConfig::functionArn)
                .containsExactly(ARN + name, ARN + name + ":live");

        lambda().deleteFunctionUrlConfig(r -> r.functionName(name).qualifier("live"));
        assertThatThrownBy(() ->
                        lambda().getFunctionUrlConfig(r -> r.functionName(name).qualifier("live")))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aRuntimeIsHeldToItsBuild() {
        var name = function();
        var build = lambda().getFunctionConfiguration(r -> r.functionName(name))
                .runtimeVersionConfig()
                .runtimeVersionArn();

        lambda().putRuntimeManagementConfig(r ->
                r.functionName(name).updateRuntimeOn(UpdateRuntimeOn.MANUAL).runtimeVersionArn(build));

        var read = lambda().getRuntimeManagementConfig(r -> r.functionName(name));
        assertThat(read.functionArn()).isEqualTo(ARN + name);
        assertThat(read.updateRuntimeOn()).isEqualTo(UpdateRuntimeOn.MANUAL);
        assertThat(read.runtimeVersionArn()).isEqualTo(build);
        assertThat(lambda().getRuntimeManagementConfig(r -> r.functionName(name).qualifier("1"))
                        .updateRuntimeOn())
                .isEqualTo(UpdateRuntimeOn.AUTO);
    }

    @Test
    void recursionIsAllowed() {
        var name = function();
        assertThat(lambda().getFunctionRecursionConfig(r -> r.functionName(name))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.TERMINATE);

        lambda().putFunctionRecursionConfig(r -> r.functionName(name).recursiveLoop(RecursiveLoop.ALLOW));

        assertThat(lambda().getFunctionRecursionConfig(r -> r.functionName(name))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.ALLOW);
    }

    @Test
    void onlyManagedInstancesScaleByConfiguration() {
        var name = function();

        assertThatThrownBy(() -> lambda().putFunctionScalingConfig(r -> r.functionName(name)
                        .qualifier("1")
                        .functionScalingConfig(
                                c -> c.minExecutionEnvironments(1).maxExecutionEnvironments(2))))
                .satisfies(FunctionSettingsTest::isDenied);
        assertThatThrownBy(() -> lambda().getFunctionScalingConfig(
                                r -> r.functionName(name).qualifier("1")))
                .satisfies(FunctionSettingsTest::isDenied);
    }

    private static void isDenied(Throwable refusal) {
        assertThat(refusal).isInstanceOfSatisfying(LambdaException.class, denied -> {
            assertThat(denied.statusCode()).isEqualTo(403);
            assertThat(denied.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
        });
    }
}
