package hearth.control.eventinvoke;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.DeleteFunctionEventInvokeConfigRequest;
import hearth.model.api.DestinationConfig;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.GetFunctionEventInvokeConfigRequest;
import hearth.model.api.JsonOutput;
import hearth.model.api.ListFunctionEventInvokeConfigsRequest;
import hearth.model.api.ListFunctionEventInvokeConfigsResponse;
import hearth.model.api.NoContent;
import hearth.model.api.OnFailure;
import hearth.model.api.OnSuccess;
import hearth.model.api.PutFunctionEventInvokeConfigRequest;
import hearth.model.api.UpdateFunctionEventInvokeConfigRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventInvokeConfigsTest {
    private static final String GREET = Desk.ARN + "greet";
    private static final String QUEUE = "arn:aws:sqs:eu-north-1:123456789012:done";
    private static final String TOPIC = "arn:aws:sns:eu-north-1:123456789012:failed";
    private static final String NOTHING = "You must specify at least one of error handling or destination setting.";

    @TempDir
    private Path data;

    private Desk desk;

    /// A function with version 1 and the alias `live`, and another function.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("other");
        desk.createActive("greet");
        desk.publish("greet");
        desk.settled("greet");
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name("live")
                        .functionVersion("1")
                        .build(),
                AliasConfiguration.class);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isShownWithWhatIsSetAlone() {
        var config = put(putting("greet").maximumRetryAttempts(0));

        assertThat(new String(JsonOutput.bytes(config::write), StandardCharsets.UTF_8))
                .isEqualTo("{\"LastModified\":1770091506.789,\"FunctionArn\":\"" + GREET + ":$LATEST\","
                        + "\"MaximumRetryAttempts\":0,"
                        + "\"DestinationConfig\":{\"OnSuccess\":{},\"OnFailure\":{}}}");
        assertThat(get("greet")).isEqualTo(config);
        assertThat(get("greet:$LATEST")).isEqualTo(config);
    }

    @Test
    void isReplacedWhole() {
        put(putting("greet").maximumRetryAttempts(1).maximumEventAgeInSeconds(60));

        put(putting("greet").destinationConfig(to(QUEUE, TOPIC)));

        var config = get("greet");
        assertThat(config.maximumRetryAttempts()).isNull();
        assertThat(config.maximumEventAgeInSeconds()).isNull();
        assertThat(config.destinationConfig()).isEqualTo(to(QUEUE, TOPIC));
    }

    @Test
    void keepsWhatAnUpdateDoesNotBring() {
        put(putting("greet").maximumRetryAttempts(1).destinationConfig(to(QUEUE, null)));

        update(updating("greet").maximumEventAgeInSeconds(120));
        var config = update(updating("greet").maximumRetryAttempts(2));

        assertThat(config.maximumRetryAttempts()).isEqualTo(2);
        assertThat(config.maximumEventAgeInSeconds()).isEqualTo(120);
        assertThat(config.destinationConfig()).isEqualTo(to(QUEUE, null));
        assertThat(get("greet")).isEqualTo(config);
    }

    @Test
    void losesADestinationByAnEmptyOne() {
        put(putting("greet").destinationConfig(to(QUEUE, TOPIC)));

        var config = update(updating("greet").destinationConfig(to("", TOPIC)));

        assertThat(config.destinationConfig()).isEqualTo(to(null, TOPIC));
    }

    @Test
    void isOneForEachVersionAndAlias() {
        put(putting("greet").maximumRetryAttempts(0));
        put(putting("greet").qualifier("1").maximumRetryAttempts(1));
        put(putting("greet:live").maximumRetryAttempts(2));

        assertThat(get("greet").maximumRetryAttempts()).isZero();
        assertThat(get("greet:1").maximumRetryAttempts()).isOne();
        assertThat(get("greet:1").functionArn()).isEqualTo(GREET + ":1");
        assertThat(get("greet:live").maximumRetryAttempts()).isEqualTo(2);
        assertThat(get("greet:live").functionArn()).isEqualTo(GREET + ":live");
    }

    @Test
    void listsThoseOfAFunctionInPages() {
        put(putting("greet").maximumRetryAttempts(0));
        put(putting("greet:1").maximumRetryAttempts(1));
        put(putting("greet:live").maximumRetryAttempts(2));
        put(putting("other").maximumRetryAttempts(2));

        var all = new ArrayList<FunctionEventInvokeConfig>();
        @Nullable String marker = null;
        do {
            var page = list(ListFunctionEventInvokeConfigsRequest.builder()
                    .functionName("greet")
                    .maxItems(1)
                    .marker(marker));
            all.addAll(configs(page));
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(all).containsExactly(get("greet:$LATEST"), get("greet:1"), get("greet:live"));
        assertThat(configs(list(ListFunctionEventInvokeConfigsRequest.builder().functionName("greet"))))
                .isEqualTo(all);
        refused(
                () -> list(ListFunctionEventInvokeConfigsRequest.builder().functionName("none")),
                ApiError.RESOURCE_NOT_FOUND,
                "The function doesn't exist.");
    }

    @Test
    void isGoneAfterItsDeletion() {
        put(putting("greet").maximumRetryAttempts(0));
        put(putting("greet:1").maximumRetryAttempts(1));

        delete("greet");

        assertMissing("greet", GREET + ":$LATEST");
        refused(
                () -> delete("greet"),
                ApiError.RESOURCE_NOT_FOUND,
                "The function " + GREET + ":$LATEST doesn't have an EventInvokeConfig");
        assertThat(get("greet:1").maximumRetryAttempts()).isOne();
    }

    @Test
    void goesWithItsAlias() {
        put(putting("greet:live").maximumRetryAttempts(0));
        desk.ask(
                ApiOperation.DELETE_ALIAS,
                DeleteAliasRequest.builder().functionName("greet").name("live").build(),
                NoContent.class);

        assertMissing("greet:live", GREET + ":live");
    }

    @Test
    void refusesWhatIsNotThere() {
        for (var name : List.of("none", "greet:1221", "greet:none")) {
            refused(
                    () -> put(putting(name).maximumRetryAttempts(0)),
                    ApiError.RESOURCE_NOT_FOUND,
                    "The function doesn't exist.");
            refused(
                    () -> update(updating(name).maximumRetryAttempts(0)),
                    ApiError.RESOURCE_NOT_FOUND,
                    "The function doesn't exist.");
        }
        assertMissing("none", Desk.ARN + "none:$LATEST");
        assertMissing("greet:1221", GREET + ":1221");
        refused(
                () -> delete("none"),
                ApiError.RESOURCE_NOT_FOUND,
                "The function " + Desk.ARN + "none:$LATEST doesn't have an EventInvokeConfig");
        refused(
                () -> update(updating("greet").maximumRetryAttempts(0)),
                ApiError.RESOURCE_NOT_FOUND,
                "The function " + GREET + ":$LATEST doesn't have an EventInvokeConfig");
    }

    @Test
    void refusesARequestThatSetsNothing() {
        refused(() -> put(putting("greet")), ApiError.INVALID_PARAMETER_VALUE, NOTHING);
        refused(
                () -> put(putting("greet")
                        .destinationConfig(DestinationConfig.builder().build())),
                ApiError.INVALID_PARAMETER_VALUE,
                NOTHING);
        refused(() -> update(updating("greet")), ApiError.INVALID_PARAMETER_VALUE, NOTHING);
    }

    @Test
    void takesQueuesTopicsBusesBucketsAndOtherFunctions() {
        for (var destination : List.of(
                QUEUE,
                TOPIC,
                "arn:aws:events:eu-north-1:123456789012:event-bus/default",
                Desk.ARN + "other",
                Desk.ARN + "other:$LATEST")) {
            assertThat(put(putting("greet").destinationConfig(to(destination, destination)))
                            .destinationConfig())
                    .isEqualTo(to(destination, destination));
        }
        put(putting("greet").destinationConfig(to(null, "arn:aws:s3:::failures")));
        put(putting("greet").destinationConfig(to(QUEUE + ".fifo", null)));
    }

    @Test
    void refusesOtherDestinations() {
        var user = "arn:aws:iam:eu-north-1:123456789012:function:greet";
        var fifo = QUEUE + ".fifo";

        refusedDestinations(
                to(user, null), "DestinationConfig(onSuccess=OnSuccess(destination=%s), onFailure=null)", user);
        refusedDestinations(
                to("", user), "DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=%s))", user);
        refusedDestinations(
                to("arn:aws:s3:::bucket", null),
                "DestinationConfig(onSuccess=OnSuccess(destination=%s), onFailure=null)",
                "arn:aws:s3:::bucket");
        refusedDestinations(
                to(null, fifo), "DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=%s))", fifo);
        refusedDestinations(
                to("kafka://topic", null),
                "DestinationConfig(onSuccess=OnSuccess(destination=%s), onFailure=null)",
                "kafka://topic");
    }

    private void refusedDestinations(DestinationConfig config, String printed, String destination) {
        refused(
                () -> put(putting("greet").destinationConfig(config)),
                ApiError.INVALID_PARAMETER_VALUE,
                "The provided destination config " + printed.formatted(destination) + " is invalid.");
    }

    @Test
    void refusesFunctionsThatAreNotThereAndItself() {
        for (var destination : List.of(
                Desk.ARN + "doesnotexist",
                Desk.ARN + "other:1",
                "arn:aws:lambda:eu-west-1:123456789012:function:other",
                "arn:aws:lambda:eu-north-1:123456789012:layer:other:1")) {
            refused(
                    () -> put(putting("greet").destinationConfig(to(null, destination))),
                    ApiError.INVALID_PARAMETER_VALUE,
                    "The destination ARN " + destination + " is invalid.");
        }
        put(putting("greet").maximumRetryAttempts(0));
        for (var itself : List.of(GREET, GREET + ":1", GREET + ":live")) {
            refused(
                    () -> update(updating("greet").destinationConfig(to(itself, null))),
                    ApiError.INVALID_PARAMETER_VALUE,
                    "You can't specify the function as a destination for itself.");
        }
    }

    private void assertMissing(String name, String arn) {
        refused(
                () -> get(name),
                ApiError.RESOURCE_NOT_FOUND,
                "The function " + arn + " doesn't have an EventInvokeConfig");
    }

    private FunctionEventInvokeConfig put(PutFunctionEventInvokeConfigRequest.Builder request) {
        return desk.ask(
                ApiOperation.PUT_FUNCTION_EVENT_INVOKE_CONFIG, request.build(), FunctionEventInvokeConfig.class);
    }

    private FunctionEventInvokeConfig update(UpdateFunctionEventInvokeConfigRequest.Builder request) {
        return desk.ask(
                ApiOperation.UPDATE_FUNCTION_EVENT_INVOKE_CONFIG, request.build(), FunctionEventInvokeConfig.class);
    }

    private FunctionEventInvokeConfig get(String name) {
        return desk.ask(
                ApiOperation.GET_FUNCTION_EVENT_INVOKE_CONFIG,
                GetFunctionEventInvokeConfigRequest.builder().functionName(name).build(),
                FunctionEventInvokeConfig.class);
    }

    private void delete(String name) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION_EVENT_INVOKE_CONFIG,
                DeleteFunctionEventInvokeConfigRequest.builder()
                        .functionName(name)
                        .build(),
                NoContent.class);
    }

    private ListFunctionEventInvokeConfigsResponse list(ListFunctionEventInvokeConfigsRequest.Builder request) {
        return desk.ask(
                ApiOperation.LIST_FUNCTION_EVENT_INVOKE_CONFIGS,
                request.build(),
                ListFunctionEventInvokeConfigsResponse.class);
    }

    private static List<FunctionEventInvokeConfig> configs(ListFunctionEventInvokeConfigsResponse page) {
        return Objects.requireNonNull(page.functionEventInvokeConfigs());
    }

    private static PutFunctionEventInvokeConfigRequest.Builder putting(String name) {
        return PutFunctionEventInvokeConfigRequest.builder().functionName(name);
    }

    private static UpdateFunctionEventInvokeConfigRequest.Builder updating(String name) {
        return UpdateFunctionEventInvokeConfigRequest.builder().functionName(name);
    }

    private static DestinationConfig to(@Nullable String onSuccess, @Nullable String onFailure) {
        return DestinationConfig.builder()
                .onSuccess(OnSuccess.builder().destination(onSuccess).build())
                .onFailure(OnFailure.builder().destination(onFailure).build())
                .build();
    }
}
