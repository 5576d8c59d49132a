package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Region;
import hearth.model.Routing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Functions and their versions. A write has reached the disk when its method returns.
///
/// What a function becomes is decided by pure functions, which are handed in and run within the writing transaction;
/// when one throws, nothing is written and its exception reaches the caller.
public final class FunctionStore {
    private final Database database;
    private final BlobStore blobs;
    private final Sequence generations;
    private final ChangeListeners listeners = new ChangeListeners();

    FunctionStore(Database database, BlobStore blobs) {
        this.database = database;
        this.blobs = blobs;
        this.generations = new Sequence(database, "generation");
        database.follow(listeners::tell);
    }

    /// Has the listener told of each function that was created, changed or deleted: after the commit, before the
    /// writing method returns. It runs on the writer's thread and must not block. If it throws, that is logged and
    /// counted, and nobody else notices. Of what other processes change in a database that several use it is told
    /// too, a moment after.
    public void onChange(Consumer<FunctionId> listener) {
        listeners.add(listener);
    }

    /// Has the listener told of each function for which a setting of this kind was made, changed or removed, by itself
    /// or with what it was set for. Otherwise as `onChange`; told before those who hear of every change.
    public void onChange(Setting<?> setting, Consumer<FunctionId> listener) {
        listeners.add(setting, listener);
    }

    /// How often a listener threw.
    public long listenerFailures() {
        return listeners.failures();
    }

    /// A number higher than all before it, in this run and all earlier ones.
    public long nextGeneration() {
        return generations.next();
    }

    /// Adds a function, with the version that is published of it at once, if any; false when there is a function of
    /// this name.
    public boolean create(Change first) {
        return create(first, _ -> {});
    }

    /// @param rest adds what else the function has from the start
    public boolean create(Change first, Consumer<FunctionEdit> rest) {
        return edit(first.function().id(), edit -> {
            if (!edit.create(first.function())) {
                return false;
            }
            first.published().ifPresent(edit::put);
            rest.accept(edit);
            return true;
        });
    }

    public Optional<FunctionRecord> find(FunctionId function) {
        return database.read(session -> FunctionTable.find(session, function));
    }

    /// @param qualifier `$LATEST` or a version's number; nothing else is found
    public Optional<VersionRecord> find(FunctionId function, String qualifier) {
        return read(function, view -> view.version(qualifier));
    }

    /// Reads a function with all that belongs to it.
    public <T> T read(FunctionId function, Function<FunctionView, T> reader) {
        return database.read(session -> reader.apply(new FunctionView(session, function)));
    }

    /// Changes a function and what belongs to it, all in one transaction. The function need not be there.
    ///
    /// @param decide runs within the transaction, and may be run for a transaction that comes to nothing
    /// @return what it returns
    public <T> T edit(FunctionId function, Function<FunctionEdit, T> decide) {
        return database.write(
                        session -> {
                            var edit = new FunctionEdit(session, function);
                            var result = decide.apply(edit);
                            blobs.refer(session, edit.gained(), edit.dropped());
                            if (edit.isChange()) {
                                database.announce(session, function, edit.settings());
                            }
                            return new Edited<>(edit, result);
                        },
                        edited -> {
                            if (edited.edit.isChange()) {
                                if (!listeners.tell(function, edited.edit.settings())) {
                                    database.tellAgain(function, edited.edit.settings());
                                }
                                blobs.dropped(edited.edit.dropped());
                            }
                        })
                .result;
    }

    private record Edited<T>(FunctionEdit edit, T result) {}

    /// The routing of this qualifier's invocations at the moment. While an update is in progress, `$LATEST` is what
    /// it was before.
    ///
    /// @param qualifier `$LATEST`, a version's number or an alias
    public Optional<Routing> resolve(FunctionId function, String qualifier) {
        return read(function, view -> Runnables.of(view, qualifier));
    }

    /// For how many invocations each version of a function is to have environments initialised now. An alias shares
    /// its own between its versions, as it does with invocations.
    public Map<FunctionVersion, Integer> provisioned(FunctionId function) {
        return read(function, Runnables::provisioned);
    }

    /// Versions that are on their way until an environment of theirs is initialised, as `SnapStart` has it.
    public List<FunctionVersion> initializing(FunctionId function) {
        return read(function, Runnables::initializing);
    }

    /// Replaces a function by what is decided of it; empty when there is none. Deciding on an equal record writes
    /// nothing.
    public Optional<Change> update(FunctionId id, Function<FunctionRecord, Change> decide) {
        return update(id, _ -> {}, decide);
    }

    /// @param check looks at what else belongs to the function, and throws if it may not be changed so
    public Optional<Change> update(
            FunctionId id, Consumer<FunctionView> check, Function<FunctionRecord, Change> decide) {
        return edit(id, edit -> edit.function().map(before -> {
            check.accept(edit);
            var change = decide.apply(before);
            if (edit.replace(before, change.function())) {
                change.published().ifPresent(edit::put);
            }
            return change;
        }));
    }

    /// Replaces a published version by what is decided of it; empty when there is none.
    public Optional<VersionRecord> updateVersion(
            FunctionId function, long version, UnaryOperator<VersionRecord> decide) {
        return edit(function, edit -> edit.version(Long.toString(version)).map(before -> {
            var after = decide.apply(before);
            edit.put(after);
            return after;
        }));
    }

    /// Deletes a function with all that belongs to it; false when there is none.
    public boolean delete(FunctionId id) {
        return edit(id, FunctionEdit::delete);
    }

    /// Deletes a published version; false when there is none. Publishing what it held makes a new one.
    public boolean deleteVersion(FunctionId function, long version) {
        return edit(function, edit -> edit.deleteVersion(version));
    }

    /// The `$LATEST` of an account's functions, by name.
    ///
    /// @param after the name that the page before ended with, empty for the first
    public Page<VersionRecord> list(AccountId account, Region region, String after, int most) {
        return database.read(session -> FunctionPages.latest(session, account, region, after, most));
    }

    /// All versions of an account's functions: by name, `$LATEST` of each first, then by number.
    ///
    /// @param afterName the function that the page before ended with, empty for the first
    /// @param afterVersion its version's number, 0 for `$LATEST`
    public Page<VersionRecord> listAllVersions(
            AccountId account, Region region, String afterName, long afterVersion, int most) {
        return database.read(
                session -> FunctionPages.allVersions(session, account, region, afterName, afterVersion, most));
    }

    /// The published versions of one function, by number.
    ///
    /// @param after the number that the page before ended with, 0 for the first
    public Page<VersionRecord> listVersions(FunctionId function, long after, int most) {
        return database.read(session -> Page.cut(VersionTable.after(session, function, after, most + 1), most));
    }

    /// The settings of a kind, of all functions there are.
    public <T> List<Qualified<T>> settings(Setting<T> setting) {
        return database.read(session -> SettingTable.all(session, setting));
    }

    /// The part of an account's concurrency that its functions have for themselves.
    public TakenConcurrency takenConcurrency(AccountId account, Region region) {
        return database.read(session -> ConcurrencyTable.find(session, account, region));
    }

    public Usage usage(AccountId account, Region region) {
        return database.read(session -> FunctionPages.usage(session, account, region));
    }

    /// The functions whose code or configuration changed last, of all accounts. Takes longer the more there are.
    public List<FunctionId> changedLast(int most) {
        return database.read(session -> FunctionPages.changedLast(session, most));
    }

    /// The qualifiers by which a function may be invoked: `$LATEST`, aliases by name, and the newest versions,
    /// the newest first. None if there is no such function.
    public List<String> qualifiers(FunctionId function, int aliases, int versions) {
        return read(function, view -> view.qualifiers(aliases, versions));
    }

    /// Functions whose `$LATEST` is on its way to another state.
    public List<FunctionId> functionsInTransition() {
        return database.read(FunctionPages::functionsInTransition);
    }

    /// Published versions that are on their way to another state, with their functions.
    public List<VersionInTransition> versionsInTransition() {
        return database.read(FunctionPages::versionsInTransition);
    }

    /// See `versionsInTransition`.
    public record VersionInTransition(FunctionId function, long version) {}

    static boolean isReferenced(Database database, CodeDigest digest) {
        return database.read(session -> FunctionPages.isReferenced(session, digest));
    }
}
