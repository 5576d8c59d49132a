package hearth.control;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.ApiError;
import hearth.model.api.ApiOperation;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetFunctionConfigurationRequest;
import hearth.model.api.ListVersionsByFunctionRequest;
import hearth.model.api.ListVersionsByFunctionResponse;
import hearth.model.api.PublishVersionRequest;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsTest {
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
    void publishesWithRevisionsOfItsOwn() {
        var latest = desk.get("greet").revisionId();

        var published = publish(request().description("first"));

        assertThat(published.version()).isEqualTo("1");
        assertThat(published.functionArn()).isEqualTo(Desk.ARN + "greet:1");
        assertThat(published.description()).isEqualTo("first");
        assertThat(published.state()).isEqualTo("Active");
        assertThat(published.stateReasonCode()).isNull();
        assertThat(published.lastUpdateStatus()).isEqualTo("Successful");
        Await.until(() -> "Active".equals(desk.get("greet:1").state()));
        var settled = desk.get("greet:1");
        assertThat(settled.revisionId()).isEqualTo(published.revisionId());
        assertThat(settled.lastUpdateStatus()).isEqualTo("Successful");
        assertThat(desk.get("greet").revisionId()).isNotIn(latest, published.revisionId());
        assertThat(desk.get("greet").description()).isEmpty();
    }

    @Test
    void answersWithTheExistingVersionWhenNothingHasChanged() {
        var first = publish(request().description("first"));
        var latest = desk.get("greet").revisionId();

        var second = publish(request().description("second"));

        assertThat(second.version()).isEqualTo("1");
        assertThat(second.description()).isEqualTo("first");
        assertThat(second.revisionId()).isEqualTo(first.revisionId());
        assertThat(desk.get("greet").revisionId()).isEqualTo(latest);
    }

    @Test
    void publishesAnewAfterAnUpdateThatChangedNothing() {
        desk.publish("greet");
        change("same");
        desk.publish("greet");
        var generation = generation();

        change("same");
        assertThat(desk.publish("greet").version()).isEqualTo("3");
        assertThat(desk.publish("greet").version()).isEqualTo("3");
        assertThat(generation()).as("environments go on").isEqualTo(generation);

        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("greet")
                        .zipFile(Zips.of("one"))
                        .build());
        desk.settled("greet");
        assertThat(desk.publish("greet").version()).isEqualTo("4");
        assertThat(generation()).as("environments go on").isEqualTo(generation);
    }

    private long generation() {
        return desk.store
                .functions()
                .resolve(Desk.CALLER.function("greet"), "$LATEST")
                .orElseThrow()
                .version()
                .generation();
    }

    @Test
    void deletesAVersionThatIsNotThereAndNamesTheFunctionThatIsNot() {
        delete("7");
        delete(null);

        refused(() -> delete("7"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet");
    }

    @Test
    void neverUsesANumberTwice() {
        desk.publish("greet");
        change("second");
        desk.publish("greet");
        delete("2");

        assertThat(desk.publish("greet").version()).isEqualTo("3");
    }

    @Test
    void refusesAnotherDigestThanThatOfTheCode() {
        var real = desk.get("greet").codeSha256();

        refused(
                () -> publish(request().codeSha256("somenonexistentsha256")),
                ApiError.INVALID_PARAMETER_VALUE,
                "CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST (" + real
                        + "). Please try again with the CodeSHA256 in $LATEST.");
        assertThat(publish(request().codeSha256(real)).version()).isEqualTo("1");
    }

    @Test
    void listsLatestFirstThenByNumber() {
        IntStream.rangeClosed(1, 5).forEach(number -> {
            change("version " + number);
            desk.publish("greet");
        });

        var listed = new ArrayList<FunctionConfiguration>();
        @Nullable String marker = null;
        do {
            var page = list(marker, 2);
            assertThat(page.versions()).hasSizeLessThanOrEqualTo(2);
            listed.addAll(page.versions());
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(listed)
                .extracting(FunctionConfiguration::version)
                .containsExactly("$LATEST", "1", "2", "3", "4", "5");
        assertThat(listed)
                .extracting(FunctionConfiguration::functionArn)
                .startsWith(Desk.ARN + "greet:$LATEST", Desk.ARN + "greet:1");
        assertThat(listed).allSatisfy(item -> {
            assertThat(item.state()).isNull();
            assertThat(item.lastUpdateStatus()).isNull();
            assertThat(item.runtimeVersionConfig()).isNull();
            assertThat(item.revisionId()).isNotNull();
        });
    }

    @Test
    void listsOneByOne() {
        desk.publish("greet");

        var first = list(null, 1);
        var second = list(first.nextMarker(), 1);

        assertThat(first.versions()).extracting(FunctionConfiguration::version).containsExactly("$LATEST");
        assertThat(second.versions()).extracting(FunctionConfiguration::version).containsExactly("1");
        assertThat(second.nextMarker()).isNull();
    }

    @Test
    void refusesAMarkerThatItDidNotMake() {
        for (var marker : List.of("?", "bm90aGluZw", "%%%")) {
            refused(() -> list(marker, 1), ApiError.INVALID_PARAMETER_VALUE, "Invalid Marker");
        }
    }

    @Test
    void showsTheArnAsItWasAskedFor() {
        desk.publish("greet");

        assertThat(get("greet", "$LATEST").functionArn()).isEqualTo(Desk.ARN + "greet:$LATEST");
        assertThat(get("greet", null).functionArn()).isEqualTo(Desk.ARN + "greet");
        assertThat(get("greet:1", null).functionArn()).isEqualTo(Desk.ARN + "greet:1");
        assertThat(get(Desk.ARN + "greet", "1").functionArn()).isEqualTo(Desk.ARN + "greet:1");
    }

    @Test
    void namesWhatWasLookedUpWhenItIsNotThere() {
        refused(() -> get("greet", "42"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet:42");
        refused(
                () -> get("greet", "noalias"),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "greet:noalias");
        refused(() -> get("absent", null), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "absent");
        refused(
                () -> get("greet:1", "2"),
                ApiError.INVALID_PARAMETER_VALUE,
                "The derived qualifier from the function name does not match the specified qualifier.");
        refused(
                () -> get("arn:aws:lambda:ap-southeast-1:123456789012:function:greet", null),
                ApiError.RESOURCE_NOT_FOUND,
                "Functions from 'ap-southeast-1' are not reachable in this region ('eu-north-1')");
    }

    @Test
    void deletesAVersionOrTheWholeFunction() {
        desk.publish("greet");

        refused(
                () -> delete("$LATEST"),
                ApiError.INVALID_PARAMETER_VALUE,
                "$LATEST version cannot be deleted without deleting the function.");
        delete("1");
        delete("1");
        refused(() -> get("greet", "1"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet:1");
        assertThat(get("greet", null)).isNotNull();

        delete(null);
        refused(() -> delete(null), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet");
        refused(() -> delete("1"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "greet");
    }

    @Test
    void startsCountingAnewForAFunctionOfTheSameName() {
        desk.publish("greet");
        var generation = desk.store
                .functions()
                .resolve(Desk.CALLER.function("greet"), "$LATEST")
                .orElseThrow()
                .version()
                .generation();
        delete(null);

        desk.createActive("greet");

        assertThat(desk.publish("greet").version()).isEqualTo("1");
        assertThat(desk.store
                        .functions()
                        .resolve(Desk.CALLER.function("greet"), "$LATEST")
                        .orElseThrow()
                        .version()
                        .generation())
                .as("environments of the old one are not taken for it")
                .isGreaterThan(generation);
    }

    private static PublishVersionRequest.Builder request() {
        return PublishVersionRequest.builder().functionName("greet");
    }

    private FunctionConfiguration publish(PublishVersionRequest.Builder request) {
        return desk.ask(ApiOperation.PUBLISH_VERSION, request.build());
    }

    private void change(String description) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                UpdateFunctionConfigurationRequest.builder()
                        .functionName("greet")
                        .description(description)
                        .build());
        desk.settled("greet");
    }

    private ListVersionsByFunctionResponse list(@Nullable String marker, int maxItems) {
        return desk.ask(
                ApiOperation.LIST_VERSIONS_BY_FUNCTION,
                ListVersionsByFunctionRequest.builder()
                        .functionName("greet")
                        .marker(marker)
                        .maxItems(maxItems)
                        .build(),
                ListVersionsByFunctionResponse.class);
    }

    private FunctionConfiguration get(String name, @Nullable String qualifier) {
        return desk.ask(
                ApiOperation.GET_FUNCTION_CONFIGURATION,
                GetFunctionConfigurationRequest.builder()
                        .functionName(name)
                        .qualifier(qualifier)
                        .build());
    }

    private void delete(@Nullable String qualifier) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder()
                        .functionName("greet")
                        .qualifier(qualifier)
                        .build(),
                DeleteFunctionResponse.class);
    }
}
