package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.FunctionId;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.AliasRoutingConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreEngine.class)
class FunctionEditTest {
    @Parameter
    private StoreEngine engine;

    private static final FunctionId GREET = id("greet");
    private static final Setting<String> POLICY = Setting.text("policy");
    private static final Setting<AliasRoutingConfiguration> ROUTING =
            Setting.structure("routing", AliasRoutingConfiguration::read);

    @TempDir
    private Path folder;

    private Store store;
    private FunctionStore functions;

    @BeforeEach
    void open() {
        store = engine.open(folder.resolve("data"));
        functions = store.functions();
        functions.create(Change.to(Samples.function("greet", 1)));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsAliasesAndSettingsOverARestart() {
        var routing = AliasRoutingConfiguration.builder()
                .additionalVersionWeights(Map.of("2", 0.25))
                .build();
        var live = alias("live", "1").toBuilder().routingConfig(routing).build();
        functions.edit(GREET, edit -> {
            edit.put(live);
            edit.put(POLICY, "live", "{}");
            edit.put(ROUTING, "live", routing);
            edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 7);
            return true;
        });

        store.close();
        store = engine.open(folder.resolve("data"));
        functions = store.functions();

        functions.read(GREET, view -> {
            assertThat(view.alias("live")).contains(live);
            assertThat(view.setting(POLICY, "live")).contains("{}");
            assertThat(view.setting(ROUTING, "live")).contains(routing);
            assertThat(view.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE))
                    .contains(7);
            assertThat(view.setting(POLICY, Setting.WHOLE)).isEmpty();
            return true;
        });
    }

    @Test
    void writesNothingOfADecisionThatThrows() {
        assertThatThrownBy(() -> functions.edit(GREET, edit -> {
                    edit.put(alias("live", "1"));
                    edit.put(POLICY, "live", "{}");
                    throw new IllegalStateException("on second thoughts");
                }))
                .hasMessage("on second thoughts");

        assertThat(aliases()).isEmpty();
        assertThat(functions.settings(POLICY)).isEmpty();
    }

    @Test
    void seesItsOwnWrites() {
        var seen = functions.edit(GREET, edit -> {
            edit.put(alias("live", "1"));
            edit.put(alias("live", "2"));
            return edit.alias("live");
        });

        assertThat(seen).contains(alias("live", "2"));
    }

    @Test
    void losesNoneOfManyEditsAtOnce() throws Exception {
        Concurrently.run(
                100,
                _ -> functions.edit(GREET, edit -> {
                    int count = edit.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE)
                            .orElse(0);
                    edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, count + 1);
                    return true;
                }));

        assertThat(functions.settings(Setting.RESERVED_CONCURRENCY))
                .containsExactly(new Qualified<>(GREET, Setting.WHOLE, 100));
    }

    @Test
    void deletesAnAliasWithItsSettings() {
        functions.edit(GREET, edit -> {
            edit.put(alias("live", "1"));
            edit.put(POLICY, "live", "{}");
            edit.put(POLICY, "other", "{}");
            return true;
        });

        assertThat(functions.<Boolean>edit(GREET, edit -> edit.deleteAlias("live")))
                .isTrue();
        assertThat(functions.<Boolean>edit(GREET, edit -> edit.deleteAlias("live")))
                .isFalse();

        assertThat(aliases()).isEmpty();
        assertThat(functions.settings(POLICY)).extracting(Qualified::qualifier).containsExactly("other");
    }

    @Test
    void deletesAVersionWithItsSettings() {
        functions.edit(GREET, edit -> {
            edit.put(Samples.version("greet", 1, 5));
            edit.put(POLICY, "1", "{}");
            return true;
        });

        assertThat(functions.deleteVersion(GREET, 1)).isTrue();

        assertThat(functions.settings(POLICY)).isEmpty();
        assertThat(functions.find(GREET, "1")).isEmpty();
    }

    @Test
    void deletesAllThatBelongsToAFunction() {
        functions.edit(GREET, edit -> {
            edit.put(alias("live", "1"));
            edit.put(POLICY, Setting.WHOLE, "{}");
            return true;
        });

        functions.delete(GREET);
        functions.create(Change.to(Samples.function("greet", 2)));

        assertThat(aliases()).isEmpty();
        assertThat(functions.settings(POLICY)).isEmpty();
    }

    @Test
    void createsAFunctionWithItsSettingsAtOnce() {
        var created = functions.edit(id("new"), edit -> {
            boolean fresh = edit.create(Samples.function("new", 3));
            edit.put(POLICY, Setting.WHOLE, "{}");
            return fresh;
        });

        assertThat(created).isTrue();
        assertThat(functions.settings(POLICY)).containsExactly(new Qualified<>(id("new"), Setting.WHOLE, "{}"));
    }

    @Test
    void pagesThroughAliasesAndSettings() {
        functions.edit(GREET, edit -> {
            IntStream.range(0, 7).forEach(i -> edit.put(alias("a" + i, "1")));
            IntStream.range(0, 7).forEach(i -> edit.put(POLICY, "a" + i, "{}"));
            return true;
        });

        var aliases = functions.read(GREET, view -> view.aliases("a1", 3));
        var settings = functions.read(GREET, view -> view.settings(POLICY, "a3", 3));

        assertThat(aliases.items()).extracting(AliasConfiguration::name).containsExactly("a2", "a3", "a4");
        assertThat(aliases.more()).isTrue();
        assertThat(settings.items()).extracting(Qualified::qualifier).containsExactly("a4", "a5", "a6");
        assertThat(settings.more()).isFalse();
    }

    @Test
    void tellsOfChangesOnly() {
        var told = new ArrayList<FunctionId>();
        functions.onChange(told::add);

        functions.edit(GREET, FunctionView::aliases);
        functions.edit(GREET, edit -> edit.remove(POLICY, "none"));
        assertThat(told).isEmpty();

        functions.edit(GREET, edit -> {
            edit.put(POLICY, "live", "{}");
            return true;
        });
        assertThat(told).containsExactly(GREET);
    }

    @Test
    void tellsOfChangesOfASetting() {
        var told = new ArrayList<FunctionId>();
        functions.onChange(POLICY, told::add);
        functions.edit(GREET, edit -> {
            edit.put(alias("live", "1"));
            edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 3);
            return true;
        });
        assertThat(told).isEmpty();

        setPolicy(Setting.WHOLE);
        assertThat(told).hasSize(1);
        functions.edit(GREET, edit -> edit.remove(POLICY, Setting.WHOLE));
        assertThat(told).hasSize(2);
        setPolicy("live");
        functions.<Boolean>edit(GREET, edit -> edit.deleteAlias("live"));
        assertThat(told).hasSize(4);
        setPolicy("1");
        functions.delete(GREET);
        assertThat(told).hasSize(6);
    }

    private void setPolicy(String qualifier) {
        functions.edit(GREET, edit -> {
            edit.put(POLICY, qualifier, "{}");
            return true;
        });
    }

    private List<AliasConfiguration> aliases() {
        return functions.read(GREET, FunctionView::aliases);
    }

    private static AliasConfiguration alias(String name, String version) {
        return AliasConfiguration.builder()
                .name(name)
                .aliasArn(GREET.arn(name))
                .functionVersion(version)
                .build();
    }
}
