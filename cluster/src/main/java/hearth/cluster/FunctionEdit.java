package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.CodeSigningConfigId;
import hearth.model.FunctionId;
import hearth.model.api.AliasConfiguration;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/// One function with all that belongs to it, to be read and changed within one transaction: all of it is written, or
/// none.
public final class FunctionEdit extends FunctionView {
    private final Set<CodeDigest> gained = new HashSet<>();
    private final Set<CodeDigest> dropped = new HashSet<>();
    private final Set<String> settings = new HashSet<>();
    private boolean changed;

    FunctionEdit(Session session, FunctionId id) {
        super(session, id);
    }

    /// Adds the function; false when there is one of this name.
    public boolean create(FunctionRecord function) {
        boolean created = run(() -> FunctionTable.insert(session, function));
        if (created) {
            changed = true;
            gained.addAll(function.kept());
        }
        return created;
    }

    /// Replaces the function, which must be there.
    public void put(FunctionRecord function) {
        replace(function().orElseThrow(), function);
    }

    /// Replaces one record by another; false when both are equal, and nothing is written then.
    boolean replace(FunctionRecord before, FunctionRecord after) {
        if (before.equals(after)) {
            return false;
        }
        var more = after.kept();
        more.removeAll(before.kept());
        gained.addAll(more);
        // Whether anything else refers to one is asked again before it is removed.
        var needless = before.packages();
        needless.removeAll(after.packages());
        dropped.addAll(needless);
        write(() -> FunctionTable.update(session, after));
        return true;
    }

    /// Adds a published version, or replaces it.
    public void put(VersionRecord version) {
        if (version(Objects.requireNonNull(version.configuration().version())).isPresent()) {
            write(() -> VersionTable.update(session, id, version));
        } else {
            write(() -> VersionTable.insert(session, id, version));
        }
        gained.addAll(version.kept());
    }

    /// Deletes a published version with all that is set for it; false when there is none. Publishing what it held makes
    /// a new one.
    public boolean deleteVersion(long version) {
        var found = version(Long.toString(version));
        if (found.isEmpty()) {
            return false;
        }
        write(() -> VersionTable.delete(session, id, version));
        removeAll(Long.toString(version));
        dropped.addAll(found.get().packages());
        var owner = function().orElseThrow();
        if (owner.versionCounter() == version) {
            put(owner.withPublished(version, 0));
        }
        return true;
    }

    /// Adds an alias, or replaces it.
    public void put(AliasConfiguration alias) {
        write(() -> AliasTable.put(session, id, alias));
    }

    /// Deletes an alias with all that is set for it; false when there is none.
    public boolean deleteAlias(String name) {
        boolean deleted = run(() -> AliasTable.delete(session, id, name));
        if (deleted) {
            changed = true;
            removeAll(name);
        }
        return deleted;
    }

    /// @param qualifier `Setting.WHOLE` for the function as a whole
    public <T> void put(Setting<T> setting, String qualifier, T value) {
        writeSettings(() -> SettingTable.put(session, id, setting, qualifier, value));
        settings.add(setting.kind());
    }

    /// Removes a setting; false when it is not set.
    public boolean remove(Setting<?> setting, String qualifier) {
        if (setting(setting, qualifier).isEmpty()) {
            return false;
        }
        writeSettings(() -> SettingTable.remove(session, id, setting, qualifier));
        settings.add(setting.kind());
        return true;
    }

    /// Has the function keep to this code signing configuration; false when there is none such.
    public boolean signWith(CodeSigningConfigId config) {
        if (run(() -> SigningConfigTable.find(session, config)).isEmpty()) {
            return false;
        }
        write(() -> SignedFunctionTable.put(session, id, config));
        return true;
    }

    /// Has the function keep to no code signing configuration; false when it kept to none.
    public boolean signWithNone() {
        boolean removed = run(() -> SignedFunctionTable.remove(session, id));
        changed |= removed;
        return removed;
    }

    /// Deletes the function with all that belongs to it; false when there is none.
    public boolean delete() {
        var function = function();
        if (function.isEmpty()) {
            return false;
        }
        dropped.addAll(function.get().packages());
        run(() -> VersionTable.after(session, id, 0, Integer.MAX_VALUE))
                .forEach(version -> dropped.addAll(version.packages()));
        settings.addAll(run(() -> SettingTable.kinds(session, id)));
        writeSettings(() -> FunctionTable.delete(session, id));
        return true;
    }

    private void removeAll(String qualifier) {
        settings.addAll(run(() -> SettingTable.kinds(session, id, qualifier)));
        writeSettings(() -> SettingTable.removeAll(session, id, qualifier));
    }

    /// Whether anything was written.
    boolean isChange() {
        return changed;
    }

    /// The kinds of settings of which one was written or removed.
    Set<String> settings() {
        return settings;
    }

    /// Packages that are needed here now, and perhaps were before.
    Set<CodeDigest> gained() {
        return gained;
    }

    /// Packages that are needed no longer here; something else may need them.
    Set<CodeDigest> dropped() {
        return dropped;
    }

    /// What the account's functions take of its concurrency is kept as a sum, which follows.
    private void writeSettings(Write write) {
        var before = taken();
        write(write);
        var more = taken().minus(before);
        if (more.reserved() != 0 || more.provisioned() != 0) {
            write(() -> ConcurrencyTable.add(session, id.account(), id.region(), more));
        }
    }

    private void write(Write write) {
        run(() -> {
            write.run();
            return true;
        });
        changed = true;
    }

    @FunctionalInterface
    private interface Write {
        void run() throws SQLException;
    }
}
