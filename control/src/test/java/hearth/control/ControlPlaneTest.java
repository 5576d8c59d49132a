package hearth.control;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.Region;
import hearth.model.api.ApiOperation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetAccountSettingsRequest;
import hearth.model.api.GetAccountSettingsResponse;
import hearth.model.api.ListCapacityProvidersRequest;
import hearth.model.api.ListFunctionsRequest;
import hearth.model.api.ListFunctionsResponse;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members of an answer may be absent by their type; one that is missing fails the test.
@NullUnmarked
class ControlPlaneTest {
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
    void namesAnOperationThatIsNotWritten() {
        refused(
                () -> desk.control.handle(
                        ApiOperation.LIST_CAPACITY_PROVIDERS,
                        Desk.CALLER,
                        ListCapacityProvidersRequest.builder().build()),
                ApiError.NOT_IMPLEMENTED,
                "ListCapacityProviders is not available in Hearth yet.");
    }

    @Test
    void keepsEachOperationUnderTheNameOfItsClass() {
        for (var operation : desk.control.operations()) {
            var written = desk.control.operations.find(operation).orElseThrow().getClass();

            var types = ((ParameterizedType) written.getGenericInterfaces()[0]).getActualTypeArguments();
            assertThat(types)
                    .as(operation.wireName())
                    .containsExactly(operation.requestType(), operation.responseType());
        }
    }

    @Test
    void listsFunctionsInPagesOfAtMostFifty() {
        IntStream.range(0, 60).forEach(i -> desk.create("f%02d".formatted(i)));

        var first = list(ListFunctionsRequest.builder().maxItems(10_000));
        var second = list(ListFunctionsRequest.builder().marker(first.nextMarker()));

        assertThat(first.functions()).hasSize(50);
        assertThat(second.functions()).hasSize(10);
        assertThat(second.nextMarker()).isNull();
        var names = new ArrayList<>(first.functions());
        names.addAll(second.functions());
        assertThat(names)
                .extracting(FunctionConfiguration::functionName)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(names).allSatisfy(item -> {
            assertThat(item.state()).isNull();
            assertThat(item.stateReason()).isNull();
            assertThat(item.functionArn()).isEqualTo(Desk.ARN + item.functionName());
        });
    }

    @Test
    void listsAllVersionsUnderQualifiedArns() {
        for (var name : List.of("a", "b")) {
            desk.createActive(name);
            desk.publish(name);
        }

        var arns = new ArrayList<@Nullable String>();
        @Nullable String marker = null;
        do {
            var page = list(ListFunctionsRequest.builder()
                    .functionVersion("ALL")
                    .maxItems(1)
                    .marker(marker));
            page.functions().forEach(item -> arns.add(item.functionArn()));
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(arns)
                .containsExactly(Desk.ARN + "a:$LATEST", Desk.ARN + "a:1", Desk.ARN + "b:$LATEST", Desk.ARN + "b:1");
    }

    @Test
    void keepsAccountsAndRegionsApart() {
        desk.create("greet");
        var elsewhere = new Caller(Desk.CALLER.account(), new Region("us-east-1"), Desk.CALLER.endpoint());
        var other = new Caller(new AccountId("999999999999"), Desk.CALLER.region(), Desk.CALLER.endpoint());

        for (var caller : List.of(elsewhere, other)) {
            assertThat(list(caller, ListFunctionsRequest.builder()).functions()).isEmpty();
            desk.control.handle(
                    ApiOperation.CREATE_FUNCTION, caller, Desk.creation("greet").build());
            assertThat(list(caller, ListFunctionsRequest.builder()).functions()).hasSize(1);
        }
    }

    @Test
    void countsWhatAnAccountUses() {
        desk.createActive("greet");
        desk.publish("greet");

        var settings = desk.ask(
                ApiOperation.GET_ACCOUNT_SETTINGS,
                GetAccountSettingsRequest.builder().build(),
                GetAccountSettingsResponse.class);

        assertThat(settings.accountUsage().functionCount()).isEqualTo(1);
        assertThat(settings.accountUsage().totalCodeSize()).isEqualTo(2L * Zips.of("one").length);
        assertThat(settings.accountLimit().totalCodeSize()).isEqualTo(80_530_636_800L);
        assertThat(settings.accountLimit().codeSizeUnzipped()).isEqualTo(262_144_000L);
        assertThat(settings.accountLimit().codeSizeZipped()).isEqualTo(52_428_800L);
        assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1_000);
        assertThat(settings.accountLimit().unreservedConcurrentExecutions()).isEqualTo(1_000);
    }

    private ListFunctionsResponse list(ListFunctionsRequest.Builder request) {
        return list(Desk.CALLER, request);
    }

    private ListFunctionsResponse list(Caller caller, ListFunctionsRequest.Builder request) {
        return (ListFunctionsResponse) desk.control.handle(ApiOperation.LIST_FUNCTIONS, caller, request.build());
    }
}
