package hearth.control;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.DataFolderLock;
import hearth.cluster.Store;
import hearth.cluster.StoreMember;
import hearth.cluster.StorePlace;
import hearth.cluster.StoreUrl;
import hearth.control.operation.ControlLimits;
import hearth.model.FunctionId;
import hearth.model.TestPostgres;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.GetEventSourceMappingRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Two control planes on one store.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class SeveralServersTest {
    @TempDir
    Path folder;

    private final String address = TestPostgres.running().newDatabase();
    private Desk here;
    private Desk there;

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @BeforeEach
    void open() {
        here = desk("here");
        there = desk("there");
    }

    private Desk desk(String name) {
        var lock = DataFolderLock.take(folder.resolve(name));
        lock.close();
        var store = Store.open(
                lock,
                new StorePlace(
                        Optional.of(StoreUrl.parse(address)),
                        Optional.empty(),
                        new Random(name.hashCode()),
                        () -> {},
                        Optional.of(new StoreMember(name, "s3://same", () -> "{}"))));
        return new Desk(store, ControlLimits.DEFAULT);
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    @Test
    void anUpdateIsNotSuccessfulBeforeTheOtherHasHeardOfIt() {
        here.createActive("greet");
        var function = Desk.CALLER.function("greet");
        var served = new AtomicLong(
                there.store.functions().find(function).orElseThrow().serving().generation());
        var tooEarly = new CopyOnWriteArrayList<FunctionId>();
        there.store.functions().onChange(changed -> {
            var now = there.store.functions().find(changed).orElseThrow();
            if (served.getAndSet(now.serving().generation()) != now.serving().generation()
                    && "Successful".equals(now.latest().configuration().lastUpdateStatus())) {
                tooEarly.add(changed);
            }
        });

        int late = 0;
        for (int i = 0; i < 5; i++) {
            here.ask(
                    ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                    UpdateFunctionConfigurationRequest.builder()
                            .functionName("greet")
                            .memorySize(256 + i)
                            .build());
            here.settled("greet");
            long serving = here.store
                    .functions()
                    .find(function)
                    .orElseThrow()
                    .serving()
                    .generation();
            late += served.get() == serving ? 0 : 1;
            // Else the next one would be taken for this one.
            Await.until(() -> served.get() == serving);
        }

        // The half of them, so that a machine at its limits fails nothing.
        assertThat(late).isLessThanOrEqualTo(2);
        assertThat(tooEarly).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void whatOneHasLeftInTransitionAnotherBringsToItsEnd() throws Exception {
        here.createActive("greet");
        here.publish("greet");
        var id = String.valueOf(here.ask(
                        ApiOperation.CREATE_EVENT_SOURCE_MAPPING,
                        CreateEventSourceMappingRequest.builder()
                                .functionName("greet")
                                .eventSourceArn("arn:aws:sqs:eu-north-1:123456789012:queue")
                                .build(),
                        EventSourceMappingConfiguration.class)
                .uuid());
        Await.until(() -> mapping(id).equals("Enabled"));
        here.control.close();

        // As a server that was killed.
        execute("UPDATE functions SET state = 'Pending', configuration = "
                + "replace(configuration, '\"State\":\"Active\"', '\"State\":\"Pending\"')");
        execute("UPDATE function_versions SET state = 'Pending', configuration = "
                + "replace(configuration, '\"State\":\"Active\"', '\"State\":\"Pending\"')");
        execute("UPDATE event_source_mappings SET state = 'Creating', configuration = "
                + "replace(configuration, '\"State\":\"Enabled\"', '\"State\":\"Creating\"')");
        assertThat(there.get("greet").state()).isEqualTo("Pending");

        there.settled("greet");
        Await.until(() -> "Active"
                .equals(there.store
                        .functions()
                        .find(Desk.CALLER.function("greet"), "1")
                        .orElseThrow()
                        .configuration()
                        .state()));
        Await.until(() -> mapping(id).equals("Enabled"));
    }

    private String mapping(String id) {
        return String.valueOf(there.ask(
                        ApiOperation.GET_EVENT_SOURCE_MAPPING,
                        GetEventSourceMappingRequest.builder().uuid(id).build(),
                        EventSourceMappingConfiguration.class)
                .state());
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + address.substring(address.indexOf('@') + 1), "hearth", "");
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }
}
