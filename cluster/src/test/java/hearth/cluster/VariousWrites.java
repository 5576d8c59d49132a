package hearth.cluster;

import static hearth.cluster.Samples.ACCOUNT;
import static hearth.cluster.Samples.REGION;
import static hearth.cluster.Samples.id;

import hearth.model.CodeSigningConfigId;
import hearth.model.EventSourceMappingId;
import hearth.model.LayerId;
import hearth.model.LayerVersionId;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.CodeSigningConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.LayerVersionsListItem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// Writes of every kind that there is, drawn by lot, each of several things that belong together.
final class VariousWrites {
    static final List<String> NAMES = List.of("a", "b");
    static final Setting<String> POLICY = Setting.text("policy");
    static final Set<String> KINDS = Set.of("function", "alias", "settings", "layer", "mapping", "signing", "deletion");

    private static final CodeSigningConfigId SIGNING =
            new CodeSigningConfigId(ACCOUNT, REGION, "csc-0123456789abcdefg");

    private final Store store;
    private final Random random;
    private final Set<String> kinds = new TreeSet<>();
    private int step;

    VariousWrites(Store store, Random random) {
        this.store = store;
        this.random = random;
    }

    static LayerId layer(String name) {
        return new LayerId(ACCOUNT, REGION, name);
    }

    Set<String> kinds() {
        return kinds;
    }

    void next() {
        step++;
        var name = NAMES.get(random.nextInt(NAMES.size()));
        if (store.functions().find(id(name)).isEmpty()) {
            kinds.add("function");
            create(name);
            return;
        }
        switch (random.nextInt(7)) {
            case 0 -> {
                kinds.add("function");
                publish(name);
            }
            case 1 -> {
                kinds.add("alias");
                alias(name);
            }
            case 2 -> {
                kinds.add("settings");
                settings(name);
            }
            case 3 -> {
                kinds.add("layer");
                layerVersion(name);
            }
            case 4 -> {
                kinds.add("mapping");
                mapping(name);
            }
            case 5 -> {
                kinds.add("signing");
                signing(name);
            }
            default -> {
                kinds.add("deletion");
                store.functions().delete(id(name));
            }
        }
    }

    private void create(String name) {
        store.functions().create(Change.to(Samples.function(name, step)), edit -> {
            edit.put(POLICY, Setting.WHOLE, "created in step " + step);
            edit.put(alias(name, "first", 1));
        });
    }

    private void publish(String name) {
        store.functions().edit(id(name), edit -> {
            var before = edit.function().orElseThrow();
            long number = before.versionCounter() + 1;
            edit.put(before.withPublished(number, step));
            edit.put(Samples.version(name, number, step));
            edit.put(POLICY, Long.toString(number), "published in step " + step);
            return true;
        });
    }

    private void alias(String name) {
        var alias = random.nextBoolean() ? "first" : "second";
        store.functions().edit(id(name), edit -> {
            if (edit.alias(alias).isPresent() && step % 2 == 0) {
                return edit.deleteAlias(alias);
            }
            edit.put(alias(name, alias, step));
            edit.put(POLICY, alias, "of step " + step);
            return true;
        });
    }

    private static AliasConfiguration alias(String function, String name, int version) {
        return AliasConfiguration.builder()
                .name(name)
                .aliasArn(id(function).arn(name))
                .functionVersion(Integer.toString(version))
                .build();
    }

    private void settings(String name) {
        store.functions().edit(id(name), edit -> {
            edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, step);
            return step % 3 == 0
                    ? edit.remove(POLICY, Setting.WHOLE)
                    : edit.setting(POLICY, Setting.WHOLE).isEmpty();
        });
    }

    private void layerVersion(String name) {
        var versions = store.layers()
                .listVersions(layer(name), Long.MAX_VALUE, LayerFilter.ALL, 1)
                .items();
        if (versions.isEmpty() || step % 3 == 0) {
            store.layers().publish(layer(name), this::layerVersion);
        } else if (step % 3 == 1) {
            store.layers()
                    .updatePolicy(
                            versions.getFirst().id(),
                            before -> before.withPolicy(Optional.of("of step " + step), "r" + step));
        } else {
            store.layers().delete(versions.getFirst().id());
        }
    }

    private LayerVersionRecord layerVersion(LayerVersionId version) {
        var shown = LayerVersionsListItem.builder()
                .layerVersionArn(version.arn())
                .version(version.number())
                .compatibleRuntimes(List.of("python3.12", "python3.13"))
                .build();
        return new LayerVersionRecord(
                version, shown, Samples.CODE, Samples.CODE, step, Optional.empty(), "r" + step, Optional.empty());
    }

    private void mapping(String name) {
        var mapping = new EventSourceMappingId(ACCOUNT, REGION, name);
        if (store.mappings().find(mapping).isEmpty()) {
            var configuration = EventSourceMappingConfiguration.builder()
                    .uuid(name)
                    .functionArn(id(name).arn())
                    .state("Creating")
                    .batchSize(step)
                    .build();
            store.mappings()
                    .create(new MappingRecord(mapping, configuration, true, Map.of("step", "" + step)), (_, _) -> {});
        } else {
            store.mappings()
                    .update(
                            mapping,
                            before -> step % 3 == 0 ? Optional.empty() : Optional.of(changed(before)),
                            (_, _) -> {});
        }
    }

    private MappingRecord changed(MappingRecord before) {
        return before.with(before.configuration().toBuilder()
                        .state("Enabled")
                        .batchSize(step)
                        .build())
                .withEnabled(step % 2 == 0)
                .withTags(Map.of("step", "" + step));
    }

    private void signing(String name) {
        if (store.signing().find(SIGNING).isEmpty()) {
            store.signing()
                    .create(new SigningConfigRecord(
                            SIGNING,
                            CodeSigningConfig.builder()
                                    .codeSigningConfigId(SIGNING.id())
                                    .description("of step " + step)
                                    .build(),
                            Map.of()));
        } else if (step % 3 == 0) {
            store.signing().delete(SIGNING);
        } else {
            store.functions()
                    .<Boolean>edit(id(name), edit -> step % 2 == 0 ? edit.signWithNone() : edit.signWith(SIGNING));
        }
    }
}
