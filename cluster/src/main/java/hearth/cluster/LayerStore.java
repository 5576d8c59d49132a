package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.LayerId;
import hearth.model.LayerVersionId;
import hearth.model.Region;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Layers and their versions. A write has reached the disk when its method returns; what is handed in to decide is
/// pure, and runs within the writing transaction.
public final class LayerStore {
    private final Database database;
    private final BlobStore blobs;

    LayerStore(Database database, BlobStore blobs) {
        this.database = database;
        this.blobs = blobs;
    }

    /// Adds a version to a layer, and the layer with its first.
    ///
    /// @param version makes it, under the number that it gets
    public LayerVersionRecord publish(LayerId layer, Function<LayerVersionId, LayerVersionRecord> version) {
        return database.write(session -> {
            var published = version.apply(layer.version(LayerTable.nextVersion(session, layer)));
            LayerTable.insert(session, published);
            blobs.refer(session, List.of(published.code()), List.of());
            return published;
        });
    }

    public Optional<LayerVersionRecord> find(LayerVersionId version) {
        return database.read(session -> LayerTable.find(session, version));
    }

    /// Replaces the policy of a version; empty when there is no such version.
    public Optional<LayerVersionRecord> updatePolicy(LayerVersionId version, UnaryOperator<LayerVersionRecord> decide) {
        return database.write(session -> {
            var after = LayerTable.find(session, version).map(decide);
            if (after.isPresent()) {
                LayerTable.updatePolicy(session, after.get());
            }
            return after;
        });
    }

    /// Deletes a version; false when there is none. What it held stays as long as anything refers to it.
    public boolean delete(LayerVersionId version) {
        return database.write(
                        session -> {
                            var found = LayerTable.find(session, version);
                            if (found.isPresent()) {
                                LayerTable.delete(session, version);
                                blobs.refer(
                                        session, List.of(), List.of(found.get().code()));
                            }
                            return found;
                        },
                        found -> found.ifPresent(deleted -> blobs.dropped(List.of(deleted.code()))))
                .isPresent();
    }

    /// The newest version of each of an account's layers, of those that pass the filter, by the layers' names.
    ///
    /// @param after the name that the page before ended with, empty for the first
    public Page<LayerVersionRecord> list(AccountId account, Region region, String after, LayerFilter filter, int most) {
        return database.read(
                session -> Page.cut(LayerTable.newest(session, account, region, after, filter, most + 1), most));
    }

    /// The versions of one layer that pass the filter, the newest first.
    ///
    /// @param before the number that the page before ended with, `Long.MAX_VALUE` for the first
    public Page<LayerVersionRecord> listVersions(LayerId layer, long before, LayerFilter filter, int most) {
        return database.read(session -> Page.cut(LayerTable.versions(session, layer, before, filter, most + 1), most));
    }
}
