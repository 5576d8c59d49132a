package hearth.conformance;

import static hearth.conformance.TestServer.ROLE;
import static hearth.conformance.TestServer.lambda;
import static hearth.conformance.TestServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.CodeSigningConfig;
import software.amazon.awssdk.services.lambda.model.CodeSigningConfigNotFoundException;
import software.amazon.awssdk.services.lambda.model.CodeSigningPolicy;
import software.amazon.awssdk.services.lambda.model.CodeVerificationFailedException;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/// Event source mappings, code signing configurations and the tags of both, through the AWS SDK for Java, which checks
/// what it reads against the API's model.
class MappingsAndSigningTest {
    private static final String CODE = "def handler(event, context):\n    return event\n";
    private static final Filter ORDERS =
            Filter.builder().pattern("{\"body\": {\"kind\": [\"order\"]}}").build();
    private static final String PUBLISHER = "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/team/abcdefghij";

    @Test
    void aMappingIsMadeChangedAndDeleted() {
        var function = python(CODE);
        var queue = "arn:aws:sqs:eu-west-1:000000000000:" + function;

        var created = lambda().createEventSourceMapping(r -> r.functionName(function)
                .eventSourceArn(queue)
                .batchSize(5)
                .scalingConfig(s -> s.maximumConcurrency(7))
                .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                .filterCriteria(f -> f.filters(ORDERS))
                .tags(Map.of("team", "one")));
        var uuid = created.uuid();
        assertThat(created.state()).isEqualTo("Creating");
        assertThat(created.functionArn()).isEqualTo("arn:aws:lambda:eu-west-1:000000000000:function:" + function);
        comesTo(uuid, "Enabled");

        var updated = lambda().updateEventSourceMapping(
                        r -> r.uuid(uuid).enabled(false).batchSize(6).filterCriteria(f -> {}));
        assertThat(updated.state()).isEqualTo("Disabling");
        comesTo(uuid, "Disabled");
        var shown = lambda().getEventSourceMapping(r -> r.uuid(uuid));
        assertThat(shown.batchSize()).isEqualTo(6);
        assertThat(shown.filterCriteria()).isNull();
        assertThat(shown.scalingConfig().maximumConcurrency()).isEqualTo(7);
        assertThat(shown.lastModified()).isNotNull();

        assertThat(lambda().deleteEventSourceMapping(r -> r.uuid(uuid)).state()).isEqualTo("Deleting");
        Await.until("the mapping is gone", () -> isGone(uuid));
    }

    @Test
    void aStreamIsReadFromWhereTheRequestSays() {
        var function = python(CODE);
        var stream = "arn:aws:kinesis:eu-west-1:000000000000:stream/" + function;

        var created = lambda().createEventSourceMapping(r -> r.functionName(function)
                .eventSourceArn(stream)
                .startingPosition(EventSourcePosition.TRIM_HORIZON)
                .destinationConfig(d -> d.onFailure(f -> f.destination("arn:aws:sqs:eu-west-1:000000000000:dead"))));

        assertThat(created.startingPosition()).isEqualTo(EventSourcePosition.TRIM_HORIZON);
        assertThat(created.maximumRetryAttempts()).isEqualTo(-1);
        assertThat(created.lastProcessingResult()).isEqualTo("No records processed");
        assertThat(created.destinationConfig().onFailure().destination())
                .isEqualTo("arn:aws:sqs:eu-west-1:000000000000:dead");
        assertThatThrownBy(() -> lambda().createEventSourceMapping(r ->
                        r.functionName(function).eventSourceArn(stream).startingPosition(EventSourcePosition.LATEST)))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining("provided mapping already exists. Please update or delete the existing mapping"
                        + " with UUID " + created.uuid());
        assertThatThrownBy(() -> lambda().createEventSourceMapping(r ->
                        r.functionName("absent").eventSourceArn(stream).startingPosition(EventSourcePosition.LATEST)))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("Function does not exist");
    }

    @Test
    void mappingsAreListedPageByPage() {
        var function = python(CODE);
        for (int i = 0; i < 5; i++) {
            var queue = "arn:aws:sqs:eu-west-1:000000000000:" + function + "-" + i;
            lambda().createEventSourceMapping(r -> r.functionName(function).eventSourceArn(queue));
        }

        var listed = lambda()
                .listEventSourceMappingsPaginator(r -> r.functionName(function).maxItems(2))
                .eventSourceMappings()
                .stream()
                .map(EventSourceMappingConfiguration::eventSourceArn)
                .toList();

        assertThat(listed).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void aSigningConfigIsKeptToByItsFunctions() {
        var config = signingConfig(CodeSigningPolicy.WARN);
        var arn = config.codeSigningConfigArn();
        var function = TestServer.name("signed");

        lambda().createFunction(r -> r.functionName(function)
                .runtime("python3.11")
                .handler("app.handler")
                .role(ROLE)
                .codeSigningConfigArn(arn)
                .code(c -> c.zipFile(Zips.of("app.py", CODE))));
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(function));

        assertThat(lambda().getFunctionCodeSigningConfig(r -> r.functionName(function))
                        .codeSigningConfigArn())
                .isEqualTo(arn);
        assertThat(lambda().listFunctionsByCodeSigningConfigPaginator(r -> r.codeSigningConfigArn(arn))
                        .functionArns())
                .containsExactly("arn:aws:lambda:eu-west-1:000000000000:function:" + function);
        assertThatThrownBy(() -> lambda().deleteCodeSigningConfig(r -> r.codeSigningConfigArn(arn)))
                .isInstanceOf(ResourceConflictException.class);

        lambda().updateCodeSigningConfig(r -> r.codeSigningConfigArn(arn)
                .description("strict")
                .codeSigningPolicies(p -> p.untrustedArtifactOnDeployment(CodeSigningPolicy.ENFORCE)));
        assertThatThrownBy(() -> lambda().updateFunctionCode(
                                r -> r.functionName(function).zipFile(Zips.of("app.py", CODE + "\n"))))
                .isInstanceOf(CodeVerificationFailedException.class)
                .hasMessageContaining("Lambda cannot deploy the function.");

        lambda().deleteFunctionCodeSigningConfig(r -> r.functionName(function));
        lambda().updateFunctionCode(r -> r.functionName(function).zipFile(Zips.of("app.py", CODE + "\n")));
        var without = lambda().getFunctionCodeSigningConfig(r -> r.functionName(function));
        assertThat(without.functionName()).isNull();
        assertThat(without.codeSigningConfigArn()).isNull();
        lambda().deleteCodeSigningConfig(r -> r.codeSigningConfigArn(arn));
        assertThatThrownBy(() -> lambda().getCodeSigningConfig(r -> r.codeSigningConfigArn(arn)))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The Lambda code signing configuration " + arn + " can not be found.");
        assertThatThrownBy(() -> lambda().putFunctionCodeSigningConfig(
                                r -> r.functionName(function).codeSigningConfigArn(arn)))
                .isInstanceOf(CodeSigningConfigNotFoundException.class);
    }

    @Test
    void signingConfigsAreListedPageByPage() {
        var first = signingConfig(CodeSigningPolicy.WARN);
        var second = signingConfig(CodeSigningPolicy.ENFORCE);

        assertThat(lambda().listCodeSigningConfigsPaginator(r -> r.maxItems(1)).codeSigningConfigs())
                .contains(first, second);
    }

    @Test
    void mappingsAndSigningConfigsHaveTags() {
        var function = python(CODE);
        var mapping = lambda().createEventSourceMapping(r -> r.functionName(function)
                        .eventSourceArn("arn:aws:sqs:eu-west-1:000000000000:" + function)
                        .tags(Map.of("team", "one")))
                .eventSourceMappingArn();
        var config = lambda().createCodeSigningConfig(
                        r -> r.allowedPublishers(p -> p.signingProfileVersionArns(PUBLISHER))
                                .tags(Map.of("team", "one")))
                .codeSigningConfig()
                .codeSigningConfigArn();

        for (var arn : new String[] {mapping, config}) {
            lambda().tagResource(r -> r.resource(arn).tags(Map.of("stage", "test")));
            lambda().untagResource(r -> r.resource(arn).tagKeys("team"));

            assertThat(lambda().listTags(r -> r.resource(arn)).tags()).isEqualTo(Map.of("stage", "test"));
        }
    }

    private static CodeSigningConfig signingConfig(CodeSigningPolicy policy) {
        return lambda().createCodeSigningConfig(r -> r.allowedPublishers(p -> p.signingProfileVersionArns(PUBLISHER))
                        .codeSigningPolicies(p -> p.untrustedArtifactOnDeployment(policy)))
                .codeSigningConfig();
    }

    private static void comesTo(String uuid, String state) {
        Await.until(
                "the mapping is " + state,
                () -> lambda().getEventSourceMapping(r -> r.uuid(uuid)).state().equals(state));
    }

    private static boolean isGone(String uuid) {
        try {
            lambda().getEventSourceMapping(r -> r.uuid(uuid));
            return false;
        } catch (ResourceNotFoundException e) {
            return true;
        }
    }
}
