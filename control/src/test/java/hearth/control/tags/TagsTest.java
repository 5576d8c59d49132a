package hearth.control.tags;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.Desk;
import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Region;
import hearth.model.api.AllowedPublishers;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateCodeSigningConfigRequest;
import hearth.model.api.CreateCodeSigningConfigResponse;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.ListTagsRequest;
import hearth.model.api.ListTagsResponse;
import hearth.model.api.NoContent;
import hearth.model.api.TagResourceRequest;
import hearth.model.api.UntagResourceRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members of an answer may be absent by their type; one that is missing fails the test.
@NullUnmarked
class TagsTest {
    private static final String PREFIX = "arn:aws:lambda:eu-north-1:123456789012:";

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void areGivenAndTakenAwayFromEveryKindOfResource() {
        for (var arn : List.of(Desk.ARN + "greet", mapping(Map.of()), signingConfig(Map.of()))) {
            assertThat(tags(arn)).as(arn).isEmpty();

            tag(arn, Map.of("a", "1", "b", "2"));
            tag(arn, Map.of("b", "3", "c", "4"));
            untag(arn, List.of("a", "never"));

            assertThat(tags(arn)).as(arn).isEqualTo(Map.of("b", "3", "c", "4"));
        }
    }

    @Test
    void comeWithTheCreation() {
        assertThat(tags(mapping(Map.of("a", "1")))).isEqualTo(Map.of("a", "1"));
        assertThat(tags(signingConfig(Map.of("a", "1")))).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void makeANewRevisionOfTheirFunction() {
        var created = desk.get("greet").revisionId();

        tag(Desk.ARN + "greet", Map.of("a", "1"));
        var tagged = desk.get("greet").revisionId();
        untag(Desk.ARN + "greet", List.of("a"));

        assertThat(tagged).isNotEqualTo(created);
        assertThat(desk.get("greet").revisionId()).isNotIn(created, tagged);
    }

    @Test
    void areNotOfVersions() {
        refused(
                () -> tag(Desk.ARN + "greet:1", Map.of("a", "1")),
                ApiError.INVALID_PARAMETER_VALUE,
                "Tags on function aliases and versions are not supported. Please specify a function ARN.");
    }

    @Test
    void saysWhatIsNotThere() {
        var uuid = "00000000-0000-0000-0000-000000000000";
        refusesMissing("Function not found: " + Desk.ARN + "absent", Desk.ARN + "absent");
        refusesMissing(
                "Event source mapping not found: " + PREFIX + "event-source-mapping:" + uuid,
                PREFIX + "event-source-mapping:" + uuid);
        refusesMissing(
                "The Lambda code signing configuration " + PREFIX
                        + "code-signing-config:csc-00000000000000000 can not be found.",
                PREFIX + "code-signing-config:csc-00000000000000000");
        refusesMissing(
                "Capacity provider not found: " + PREFIX + "capacity-provider:absent",
                PREFIX + "capacity-provider:absent");
    }

    @Test
    void refusesLayersAsAwsHasNoTagsOnThem() {
        var layer = PREFIX + "layer:greet";
        for (var use : List.<ThrowingCallable>of(
                () -> tag(layer, Map.of("a", "1")), () -> untag(layer, List.of("a")), () -> tags(layer))) {
            refused(use, ApiError.INVALID_PARAMETER_VALUE, "Tags on layers are not supported.");
        }
    }

    private void refusesMissing(String text, String arn) {
        for (var use : List.<ThrowingCallable>of(
                () -> tag(arn, Map.of("a", "1")), () -> untag(arn, List.of("a")), () -> tags(arn))) {
            refused(use, ApiError.RESOURCE_NOT_FOUND, text);
        }
    }

    @Test
    void areFew() {
        var most = numbered(0, 50);
        var more = numbered(0, 51);
        refusesMany(() -> mapping(more));
        refusesMany(() -> signingConfig(more));
        refusesMany(() -> desk.ask(
                ApiOperation.CREATE_FUNCTION, Desk.creation("part").tags(more).build()));
        for (var arn : List.of(Desk.ARN + "greet", mapping(Map.of()), signingConfig(Map.of()))) {
            tag(arn, most);
            refusesMany(() -> tag(arn, Map.of("another", "one")));

            assertThat(tags(arn)).as(arn).isEqualTo(most);
        }
        refused(
                () -> tag(Desk.ARN + "greet", Map.of()),
                ApiError.INVALID_PARAMETER_VALUE,
                "An error occurred and the request cannot be processed.");
    }

    @Test
    void areTheirAccountsAndRegionsOwn() {
        var account = new Caller(new AccountId("999999999999"), Desk.CALLER.region(), Desk.CALLER.endpoint());
        var region = new Caller(Desk.CALLER.account(), new Region("us-east-1"), Desk.CALLER.endpoint());

        for (var arn : List.of(Desk.ARN + "greet", mapping(Map.of()), signingConfig(Map.of()))) {
            var request = ListTagsRequest.builder().resource(arn).build();
            refusesWith(ApiError.ACCESS_DENIED, () -> desk.control.handle(ApiOperation.LIST_TAGS, account, request));
            refusesWith(
                    ApiError.RESOURCE_NOT_FOUND, () -> desk.control.handle(ApiOperation.LIST_TAGS, region, request));
        }
    }

    private String mapping(Map<String, String> tags) {
        return desk.ask(
                        ApiOperation.CREATE_EVENT_SOURCE_MAPPING,
                        CreateEventSourceMappingRequest.builder()
                                .functionName("greet")
                                .eventSourceArn("arn:aws:sqs:eu-north-1:123456789012:orders-" + tags.size())
                                .tags(tags)
                                .build(),
                        EventSourceMappingConfiguration.class)
                .eventSourceMappingArn();
    }

    private String signingConfig(Map<String, String> tags) {
        return desk.ask(
                        ApiOperation.CREATE_CODE_SIGNING_CONFIG,
                        CreateCodeSigningConfigRequest.builder()
                                .allowedPublishers(AllowedPublishers.builder()
                                        .signingProfileVersionArns(
                                                List.of(
                                                        "arn:aws:signer:eu-north-1:123456789012:/signing-profiles/team/abcdefghij"))
                                        .build())
                                .tags(tags)
                                .build(),
                        CreateCodeSigningConfigResponse.class)
                .codeSigningConfig()
                .codeSigningConfigArn();
    }

    private void tag(String resource, Map<String, String> tags) {
        desk.ask(
                ApiOperation.TAG_RESOURCE,
                TagResourceRequest.builder().resource(resource).tags(tags).build(),
                NoContent.class);
    }

    private void untag(String resource, List<String> keys) {
        desk.ask(
                ApiOperation.UNTAG_RESOURCE,
                UntagResourceRequest.builder().resource(resource).tagKeys(keys).build(),
                NoContent.class);
    }

    private Map<String, String> tags(String resource) {
        return desk.ask(
                        ApiOperation.LIST_TAGS,
                        ListTagsRequest.builder().resource(resource).build(),
                        ListTagsResponse.class)
                .tags();
    }

    private static Map<String, String> numbered(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toMap(i -> "k" + i, _ -> "v"));
    }

    private static void refusesMany(ThrowingCallable call) {
        refused(call, ApiError.INVALID_PARAMETER_VALUE, "Number of tags exceeds resource tag limit.");
    }

    private static void refusesWith(ApiError error, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                .isEqualTo(error));
    }
}
