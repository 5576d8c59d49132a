package hearth.cluster;

import static hearth.cluster.Samples.ACCOUNT;
import static hearth.cluster.Samples.REGION;
import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Region;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ProvisionedConcurrencyConfigListItem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(StoreEngine.class)
class TakenConcurrencyTest {
    @Parameter
    private StoreEngine engine;

    private static final List<String> QUALIFIERS = List.of("1", "2", "live");

    @TempDir
    private Path folder;

    private Store store;
    private FunctionStore functions;

    @BeforeEach
    void open() {
        store = engine.open(folder);
        functions = store.functions();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void isNothingAtFirst() {
        assertThat(taken()).isEqualTo(new TakenConcurrency(0, 0));
    }

    @Test
    void countsWhatIsProvisionedOfAReservationOnlyOnce() {
        create("a");
        create("b");
        edit("a", function -> {
            function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 10);
            function.put(Setting.PROVISIONED_CONCURRENCY, "1", provisioned(4));
        });
        edit("b", function -> function.put(Setting.PROVISIONED_CONCURRENCY, "1", provisioned(3)));
        assertThat(taken()).isEqualTo(new TakenConcurrency(10, 3));

        edit("a", function -> function.remove(Setting.RESERVED_CONCURRENCY, Setting.WHOLE));

        assertThat(taken()).isEqualTo(new TakenConcurrency(0, 7));
        assertThat(functions.takenConcurrency(ACCOUNT, new Region("eu-west-1"))).isEqualTo(new TakenConcurrency(0, 0));
    }

    @Test
    void isSeenWithinTheEditThatChangesIt() {
        create("a");

        var seen = functions.edit(id("a"), function -> {
            function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 10);
            return function.takenOfAccount();
        });

        assertThat(seen).isEqualTo(new TakenConcurrency(10, 0));
    }

    @Test
    void staysWhereAnEditComesToNothing() {
        create("a");

        assertThatThrownBy(() -> edit("a", function -> {
                    function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 10);
                    throw new IllegalStateException("on second thoughts");
                }))
                .hasMessage("on second thoughts");

        assertThat(taken()).isEqualTo(new TakenConcurrency(0, 0));
    }

    /// Whatever is set, removed and deleted.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void isTheSumOfWhatIsSet(long seed) {
        var random = new Random(seed);
        for (int step = 0; step < 300; step++) {
            var name = "f" + random.nextInt(3);
            var qualifier = QUALIFIERS.get(random.nextInt(QUALIFIERS.size()));
            if (functions.find(id(name)).isEmpty()) {
                create(name);
            }
            int count = random.nextInt(10);
            switch (random.nextInt(7)) {
                case 0, 1 -> edit(name, function -> function.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, count));
                case 2 -> edit(name, function -> function.remove(Setting.RESERVED_CONCURRENCY, Setting.WHOLE));
                case 3, 4 ->
                    edit(
                            name,
                            function -> function.put(Setting.PROVISIONED_CONCURRENCY, qualifier, provisioned(count)));
                case 5 ->
                    edit(name, function -> {
                        function.remove(Setting.PROVISIONED_CONCURRENCY, qualifier);
                        function.deleteAlias("live");
                        function.deleteVersion(1);
                    });
                default -> functions.delete(id(name));
            }
            assertThat(taken()).as("step %d", step).isEqualTo(summedUp());
        }
    }

    private TakenConcurrency taken() {
        return functions.takenConcurrency(ACCOUNT, REGION);
    }

    private TakenConcurrency summedUp() {
        var reserved = new HashMap<String, Integer>();
        functions
                .settings(Setting.RESERVED_CONCURRENCY)
                .forEach(one -> reserved.put(one.function().name(), one.value()));
        long provisioned = functions.settings(Setting.PROVISIONED_CONCURRENCY).stream()
                .filter(one -> !reserved.containsKey(one.function().name()))
                .mapToInt(one -> Objects.requireNonNull(one.value().requestedProvisionedConcurrentExecutions()))
                .sum();
        return new TakenConcurrency(
                reserved.values().stream().mapToInt(one -> one).sum(), provisioned);
    }

    private void create(String name) {
        functions.create(Change.to(Samples.function(name, 1)), function -> {
            function.put(Samples.version(name, 1, 1));
            function.put(Samples.version(name, 2, 1));
            function.put(AliasConfiguration.builder()
                    .name("live")
                    .functionVersion("1")
                    .build());
        });
    }

    private void edit(String name, Consumer<FunctionEdit> change) {
        functions.edit(id(name), function -> {
            change.accept(function);
            return Map.of();
        });
    }

    private static ProvisionedConcurrencyConfigListItem provisioned(int environments) {
        return ProvisionedConcurrencyConfigListItem.builder()
                .requestedProvisionedConcurrentExecutions(environments)
                .build();
    }
}
