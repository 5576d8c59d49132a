package hearth.cluster;

import static hearth.cluster.Samples.ACCOUNT;
import static hearth.cluster.Samples.REGION;
import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.CodeDigest;
import hearth.model.LayerId;
import hearth.model.api.LayerVersionsListItem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What layers hold stays exactly as long as something refers to it.
@ParameterizedClass
@EnumSource(StoreEngine.class)
class LayerStoreTest {
    @Parameter
    private StoreEngine engine;

    private static final LayerId TOOLS = new LayerId(ACCOUNT, REGION, "tools");

    @TempDir
    private Path folder;

    private Store store;
    private CodeDigest content;

    @BeforeEach
    void publish() {
        store = engine.open(folder, Duration.ZERO);
        content = publish("PK a layer");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void goesWithTheVersionThatNobodyUses() {
        assertThat(isKept(content)).isTrue();

        assertThat(store.layers().delete(TOOLS.version(1))).isTrue();

        Await.until(() -> !isKept(content));
        assertThat(store.layers().delete(TOOLS.version(1))).isFalse();
    }

    @Test
    void staysWithAFunctionUntilItsLayersAreOthers() {
        create("greet", List.of(content));
        store.layers().delete(TOOLS.version(1));
        barrier();
        assertThat(isKept(content)).isTrue();

        update("greet", List.of());

        Await.until(() -> !isKept(content));
    }

    @Test
    void staysWithAPublishedVersionUntilItIsDeleted() {
        create("greet", List.of(content));
        store.functions()
                .update(
                        id("greet"),
                        before -> Change.publishing(
                                before.withPublished(1, 1),
                                Samples.version("greet", 1, 2).withLayers(List.of(content))));
        store.layers().delete(TOOLS.version(1));
        update("greet", List.of());
        barrier();
        assertThat(isKept(content)).isTrue();
        assertThat(store.functions()
                        .resolve(id("greet"), "1")
                        .orElseThrow()
                        .version()
                        .layers())
                .containsExactly(content);

        store.functions().deleteVersion(id("greet"), 1);

        Await.until(() -> !isKept(content));
    }

    @Test
    void goesWithTheLastOfTheFunctionsThatHaveIt() {
        create("first", List.of(content));
        create("second", List.of(content));
        store.layers().delete(TOOLS.version(1));
        store.functions().delete(id("first"));
        barrier();
        assertThat(isKept(content)).isTrue();

        store.functions().delete(id("second"));

        Await.until(() -> !isKept(content));
    }

    @Test
    void staysOverARestartWithAFunctionAlone() {
        create("greet", List.of(content));
        store.layers().delete(TOOLS.version(1));

        store.close();
        store = engine.open(folder, Duration.ZERO);
        barrier();

        assertThat(isKept(content)).isTrue();
        assertThat(store.functions()
                        .resolve(id("greet"), "$LATEST")
                        .orElseThrow()
                        .version()
                        .layers())
                .containsExactly(content);
    }

    @Test
    void keepsWhatAnUpdateInProgressStillServes() {
        create("greet", List.of(content));
        store.layers().delete(TOOLS.version(1));
        store.functions()
                .update(
                        id("greet"),
                        before -> Change.to(before.withPrevious(Optional.of(before.latest()))
                                .withLatest(before.latest().withLayers(List.of()))));
        barrier();

        assertThat(isKept(content)).isTrue();
        assertThat(store.functions()
                        .resolve(id("greet"), "$LATEST")
                        .orElseThrow()
                        .version()
                        .layers())
                .containsExactly(content);
        store.functions().update(id("greet"), before -> Change.to(before.withPrevious(Optional.empty())));
        Await.until(() -> !isKept(content));
    }

    /// Whatever was to be removed before this is removed.
    private void barrier() {
        var other = publish("PK another layer");
        store.layers().delete(TOOLS.version(2));
        Await.until(() -> !isKept(other));
    }

    private CodeDigest publish(String zip) {
        try (var held = store.blobs().put(zip.getBytes(StandardCharsets.UTF_8))) {
            store.layers()
                    .publish(
                            TOOLS,
                            version -> new LayerVersionRecord(
                                    version,
                                    LayerVersionsListItem.builder()
                                            .layerVersionArn(version.arn())
                                            .version(version.number())
                                            .build(),
                                    held.digest(),
                                    held.digest(),
                                    held.size(),
                                    Optional.empty(),
                                    "00000000-0000-4000-8000-000000000000",
                                    Optional.empty()));
            return held.digest();
        }
    }

    private void create(String name, List<CodeDigest> layers) {
        var function = Samples.function(name, 1);
        store.functions().create(Change.to(function.withLatest(function.latest().withLayers(layers))));
    }

    private void update(String name, List<CodeDigest> layers) {
        store.functions()
                .update(
                        id(name),
                        before -> Change.to(before.withLatest(before.latest().withLayers(layers))));
    }

    private boolean isKept(CodeDigest digest) {
        return Files.exists(folder.resolve("objects")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex().substring(2)));
    }
}
