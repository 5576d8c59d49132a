package hearth.control.mappings;

import static hearth.control.mappings.MappingDesk.QUEUE;
import static hearth.control.mappings.MappingDesk.STREAM;
import static hearth.control.mappings.MappingDesk.TABLE;
import static hearth.control.mappings.MappingDesk.reading;
import static hearth.control.mappings.MappingDesk.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.MappingRecord;
import hearth.control.Await;
import hearth.control.Desk;
import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.EventSourceMappingId;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.DeleteEventSourceMappingRequest;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.GetEventSourceMappingRequest;
import hearth.model.api.ListEventSourceMappingsRequest;
import hearth.model.api.ListEventSourceMappingsResponse;
import hearth.model.api.UpdateEventSourceMappingRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The life of a mapping, whatever its source. Members of an answer may be absent by their type; one that is missing
/// fails the test.
@NullUnmarked
class EventSourceMappingsTest {
    @TempDir
    private Path data;

    private Desk desk;
    private MappingDesk mappings;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        mappings = new MappingDesk(desk);
        desk.createActive("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isCreatedAndBecomesEnabled() {
        var created =
                ask(ApiOperation.CREATE_EVENT_SOURCE_MAPPING, reading(QUEUE).build());

        assertThat(created.state()).isEqualTo("Creating");
        assertThat(created.uuid()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(created.eventSourceMappingArn())
                .isEqualTo("arn:aws:lambda:eu-north-1:123456789012:event-source-mapping:" + created.uuid());
        assertThat(created.functionArn()).isEqualTo(Desk.ARN + "greet");
        assertThat(created.lastModified()).isEqualTo(Desk.NOW);
        assertThat(mappings.atRest(created.uuid()))
                .isEqualTo(created.toBuilder().state("Enabled").build());
    }

    @Test
    void isRefusedForWhatItsSourceSays() {
        desk.createActive("other");
        var asked = new ArrayList<String>();
        desk.sources = (mapping, timeout) -> {
            asked.add(mapping.eventSourceArn() + " " + timeout.toSeconds());
            return Optional.of("The queue is too short.");
        };

        refuses(
                ApiError.INVALID_PARAMETER_VALUE,
                "The queue is too short.",
                () -> mappings.create(reading(QUEUE).tags(Map.of())));
        desk.sources = SourceProbe.NONE;
        var created = mappings.createAtRest(reading(QUEUE));
        desk.sources = (_, _) -> Optional.of("The queue is too short.");
        refuses(
                ApiError.INVALID_PARAMETER_VALUE,
                "The queue is too short.",
                () -> mappings.update(
                        created.uuid(),
                        UpdateEventSourceMappingRequest.builder().functionName("other")));

        assertThat(asked).containsExactly(QUEUE + " 3");
        assertThat(mappings.get(created.uuid())).isEqualTo(created);
        mappings.update(
                created.uuid(), UpdateEventSourceMappingRequest.builder().batchSize(3));
    }

    @Test
    void isDisabledFromTheStartWhenAskedTo() {
        var created = mappings.create(reading(QUEUE).enabled(false));

        assertThat(created.state()).isEqualTo("Creating");
        assertThat(mappings.atRest(created.uuid()).state()).isEqualTo("Disabled");
    }

    @Test
    void isEnabledDisabledAndUpdatedByWayOfStatesOfTheirOwn() {
        var uuid = mappings.createAtRest(reading(QUEUE)).uuid();

        var disabling =
                mappings.update(uuid, UpdateEventSourceMappingRequest.builder().enabled(false));
        var disabled = mappings.atRest(uuid);
        var updating =
                mappings.update(uuid, UpdateEventSourceMappingRequest.builder().batchSize(5));
        var updated = mappings.atRest(uuid);
        var enabling =
                mappings.update(uuid, UpdateEventSourceMappingRequest.builder().enabled(true));
        var enabled = mappings.atRest(uuid);

        assertThat(List.of(disabling, disabled, updating, updated, enabling, enabled))
                .extracting(EventSourceMappingConfiguration::state)
                .containsExactly("Disabling", "Disabled", "Updating", "Disabled", "Enabling", "Enabled");
        assertThat(updating.batchSize()).isEqualTo(5);
        assertThat(enabled.batchSize()).isEqualTo(5);
    }

    @Test
    void isGoneSoonAfterItsDeletion() {
        var uuid = mappings.createAtRest(reading(QUEUE)).uuid();

        var deleting = ask(
                ApiOperation.DELETE_EVENT_SOURCE_MAPPING,
                DeleteEventSourceMappingRequest.builder().uuid(uuid).build());

        assertThat(deleting.state()).isEqualTo("Deleting");
        Await.until(() -> desk.store
                .mappings()
                .find(new EventSourceMappingId(Desk.CALLER.account(), Desk.CALLER.region(), uuid))
                .isEmpty());
        for (Runnable use : List.<Runnable>of(
                () -> mappings.get(uuid),
                () -> mappings.delete(uuid),
                () -> mappings.update(uuid, UpdateEventSourceMappingRequest.builder()))) {
            refuses(ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.", use::run);
        }
    }

    @Test
    void isLeftAloneWhileItIsOnItsWay() {
        var id = stored("Deleting", true);

        refuses(
                ApiError.RESOURCE_IN_USE,
                "Cannot update the event source mapping because it is in use.",
                () -> mappings.update(id.uuid(), UpdateEventSourceMappingRequest.builder()));
        refuses(
                ApiError.RESOURCE_IN_USE,
                "Cannot delete the event source mapping because it is in use.",
                () -> mappings.delete(id.uuid()));
    }

    @Test
    void resumesWhatTheLastRunDidNotBringToItsEnd() {
        var creating = stored("Creating", true);
        var disabling = stored("Disabling", false);
        var updating = stored("Updating", false);
        var deleting = stored("Deleting", true);

        desk.close();
        desk = new Desk(data);
        mappings = new MappingDesk(desk);

        assertThat(mappings.atRest(creating.uuid()).state()).isEqualTo("Enabled");
        assertThat(mappings.atRest(disabling.uuid()).state()).isEqualTo("Disabled");
        assertThat(mappings.atRest(updating.uuid()).state()).isEqualTo("Disabled");
        Await.until(() -> desk.store.mappings().find(deleting).isEmpty());
    }

    /// A mapping that a run of before left in this state.
    private EventSourceMappingId stored(String state, boolean enabled) {
        var template = mappings.createAtRest(reading(QUEUE + "-" + state));
        var id = new EventSourceMappingId(
                Desk.CALLER.account(),
                Desk.CALLER.region(),
                template.uuid().replaceFirst("^.{8}", "%08x".formatted(state.hashCode())));
        var configuration = template.toBuilder()
                .uuid(id.uuid())
                .eventSourceMappingArn(id.arn())
                .state(state)
                .build();
        desk.store.mappings().create(new MappingRecord(id, configuration, enabled, Map.of()), (_, _) -> {});
        return id;
    }

    @Test
    void outlivesItsFunction() {
        var uuid = mappings.createAtRest(reading(QUEUE)).uuid();

        desk.ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder().functionName("greet").build(),
                DeleteFunctionResponse.class);

        assertThat(mappings.get(uuid).state()).isEqualTo("Enabled");
        assertThat(list(ListEventSourceMappingsRequest.builder().functionName("greet"))
                        .eventSourceMappings())
                .hasSize(1);
    }

    @Test
    void namesItsFunctionAsTheRequestDid() {
        desk.publish("greet");
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name("live")
                        .functionVersion("1")
                        .build(),
                AliasConfiguration.class);

        var alias = mappings.create(reading(QUEUE).functionName("greet:live"));
        var version = mappings.create(reading(QUEUE).functionName("greet:1"));
        var latest = mappings.create(reading(QUEUE).functionName(Desk.ARN + "greet:$LATEST"));

        assertThat(alias.functionArn()).isEqualTo(Desk.ARN + "greet:live");
        assertThat(version.functionArn()).isEqualTo(Desk.ARN + "greet:1");
        assertThat(latest.functionArn()).isEqualTo(Desk.ARN + "greet:$LATEST");
    }

    @Test
    void needsAFunctionThatIsThere() {
        var uuid = mappings.createAtRest(reading(QUEUE)).uuid();

        for (var absent : List.of("absent", "greet:7", "greet:dead", "absent:$LATEST")) {
            refuses(
                    "Function does not exist",
                    () -> mappings.create(reading(QUEUE).functionName(absent)));
            refuses(
                    "Function does not exist",
                    () -> mappings.update(
                            uuid, UpdateEventSourceMappingRequest.builder().functionName(absent)));
        }
    }

    @Test
    void isGivenAnotherFunctionByAnUpdate() {
        desk.createActive("part");
        var uuid = mappings.createAtRest(reading(QUEUE)).uuid();

        var moved = ask(
                ApiOperation.UPDATE_EVENT_SOURCE_MAPPING,
                UpdateEventSourceMappingRequest.builder()
                        .uuid(uuid)
                        .functionName("part")
                        .build());

        assertThat(moved.functionArn()).isEqualTo(Desk.ARN + "part");
        assertThat(moved.eventSourceArn()).isEqualTo(QUEUE);
    }

    @Test
    void stillStandsAloneOnItsSourceAfterAnUpdate() {
        desk.createActive("part");
        var first = mappings.createAtRest(reading(QUEUE)).uuid();
        var second = mappings.createAtRest(reading(QUEUE).functionName("part")).uuid();

        refuses(
                ApiError.RESOURCE_CONFLICT,
                "An event source mapping with SQS arn (\" " + QUEUE + " \") and function (\" greet \") already exists."
                        + " Please update or delete the existing mapping with UUID " + first,
                () -> mappings.update(
                        second, UpdateEventSourceMappingRequest.builder().functionName("greet")));
        assertThat(mappings.get(second).functionArn()).isEqualTo(Desk.ARN + "part");
    }

    @Test
    void isListedByFunctionAndBySource() {
        desk.createActive("part");
        desk.publish("greet");
        var queue = mappings.create(reading(QUEUE)).uuid();
        var stream = mappings.create(reading(STREAM).startingPosition("LATEST")).uuid();
        var part = mappings.create(reading(QUEUE).functionName("part")).uuid();
        var version = mappings.create(reading(QUEUE).functionName("greet:1")).uuid();

        assertThat(uuids(ListEventSourceMappingsRequest.builder()))
                .containsExactlyInAnyOrder(queue, stream, part, version);
        assertThat(uuids(ListEventSourceMappingsRequest.builder().functionName("greet")))
                .containsExactlyInAnyOrder(queue, stream);
        assertThat(uuids(ListEventSourceMappingsRequest.builder().functionName(Desk.ARN + "greet:1")))
                .containsExactly(version);
        assertThat(uuids(ListEventSourceMappingsRequest.builder().eventSourceArn(QUEUE)))
                .containsExactlyInAnyOrder(queue, part, version);
        assertThat(uuids(ListEventSourceMappingsRequest.builder()
                        .functionName("greet")
                        .eventSourceArn(STREAM)))
                .containsExactly(stream);
        assertThat(uuids(ListEventSourceMappingsRequest.builder().eventSourceArn(TABLE)))
                .isEmpty();
    }

    @Test
    void isListedInPages() {
        var created = new ArrayList<String>();
        for (int i = 0; i < 105; i++) {
            created.add(mappings.create(reading(QUEUE + "-" + i)).uuid());
        }

        var listed = new ArrayList<String>();
        var sizes = new ArrayList<Integer>();
        String marker = null;
        do {
            var page = list(ListEventSourceMappingsRequest.builder()
                    .maxItems(listed.isEmpty() ? 3 : 10_000)
                    .marker(marker));
            page.eventSourceMappings().forEach(mapping -> listed.add(mapping.uuid()));
            sizes.add(page.eventSourceMappings().size());
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(listed).containsExactlyInAnyOrderElementsOf(created);
        assertThat(sizes).containsExactly(3, 100, 2);
        refuses(
                "Invalid Marker",
                () -> list(ListEventSourceMappingsRequest.builder().marker("*")));
    }

    @Test
    void isItsAccountsOwn() {
        var uuid = mappings.createAtRest(reading(QUEUE)).uuid();
        var other = new Caller(new AccountId("999999999999"), Desk.CALLER.region(), Desk.CALLER.endpoint());

        var listed = (ListEventSourceMappingsResponse) desk.control.handle(
                ApiOperation.LIST_EVENT_SOURCE_MAPPINGS,
                other,
                ListEventSourceMappingsRequest.builder().build());

        assertThat(listed.eventSourceMappings()).isEmpty();
        refuses(
                ApiError.RESOURCE_NOT_FOUND,
                "The resource you requested does not exist.",
                () -> desk.control.handle(
                        ApiOperation.GET_EVENT_SOURCE_MAPPING,
                        other,
                        GetEventSourceMappingRequest.builder().uuid(uuid).build()));
    }

    private EventSourceMappingConfiguration ask(ApiOperation operation, ApiShape request) {
        return desk.ask(operation, request, EventSourceMappingConfiguration.class);
    }

    private List<String> uuids(ListEventSourceMappingsRequest.Builder request) {
        return list(request).eventSourceMappings().stream()
                .map(EventSourceMappingConfiguration::uuid)
                .toList();
    }

    private ListEventSourceMappingsResponse list(ListEventSourceMappingsRequest.Builder request) {
        return desk.ask(
                ApiOperation.LIST_EVENT_SOURCE_MAPPINGS, request.build(), ListEventSourceMappingsResponse.class);
    }
}
