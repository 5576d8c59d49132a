package hearth.cluster;

import hearth.model.CodeSigningConfigId;
import hearth.model.FunctionId;
import hearth.model.api.AliasConfiguration;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// One function with all that belongs to it. Used only while the method runs that it is handed to.
public sealed class FunctionView permits FunctionEdit {
    final Session session;
    final FunctionId id;

    FunctionView(Session session, FunctionId id) {
        this.session = session;
        this.id = id;
    }

    public FunctionId id() {
        return id;
    }

    public Optional<FunctionRecord> function() {
        return run(() -> FunctionTable.find(session, id));
    }

    /// @param qualifier `$LATEST` or a version's number; nothing else is found
    public Optional<VersionRecord> version(String qualifier) {
        if (qualifier.equals(FunctionId.LATEST)) {
            return function().map(FunctionRecord::latest);
        }
        var number = VersionRecord.number(qualifier);
        return number.isEmpty() ? Optional.empty() : run(() -> VersionTable.find(session, id, number.get()));
    }

    /// Published versions that are on their way to another state.
    List<VersionRecord> pendingVersions() {
        return run(() -> VersionTable.pending(session, id));
    }

    public Optional<AliasConfiguration> alias(String name) {
        return run(() -> AliasTable.find(session, id, name));
    }

    /// The function's aliases, by name.
    ///
    /// @param after the name that the page before ended with, empty for the first
    public Page<AliasConfiguration> aliases(String after, int most) {
        return Page.cut(run(() -> AliasTable.after(session, id, after, most + 1)), most);
    }

    public List<AliasConfiguration> aliases() {
        return run(() -> AliasTable.after(session, id, "", Integer.MAX_VALUE));
    }

    /// See `FunctionStore.qualifiers`.
    List<String> qualifiers(int aliases, int versions) {
        if (function().isEmpty()) {
            return List.of();
        }
        var names = aliases("", aliases).items().stream().map(AliasConfiguration::name);
        var numbers = run(() -> VersionTable.newest(session, id, versions)).stream();
        return Stream.of(Stream.of(FunctionId.LATEST), names, numbers)
                .flatMap(Function.identity())
                .map(Objects::requireNonNull)
                .toList();
    }

    /// @param qualifier `Setting.WHOLE` for the function as a whole
    public <T> Optional<T> setting(Setting<T> setting, String qualifier) {
        return run(() -> SettingTable.find(session, id, setting, qualifier));
    }

    /// The settings of versions and aliases, by qualifier.
    ///
    /// @param after the qualifier that the page before ended with, empty for the first
    public <T> Page<Qualified<T>> settings(Setting<T> setting, String after, int most) {
        return Page.cut(run(() -> SettingTable.after(session, id, setting, after, most + 1)), most);
    }

    /// The concurrency that all functions of this one's account and region take, this one too.
    public TakenConcurrency takenOfAccount() {
        return run(() -> ConcurrencyTable.find(session, id.account(), id.region()));
    }

    /// The part of its account's concurrency that this function takes.
    public TakenConcurrency taken() {
        return setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE)
                .map(reserved -> new TakenConcurrency(reserved, 0))
                .orElseGet(() -> new TakenConcurrency(0, provisioned("")));
    }

    /// The number of invocations for which environments are to be kept initialised in all.
    ///
    /// @param except a qualifier whose own do not count
    public int provisioned(String except) {
        return settings(Setting.PROVISIONED_CONCURRENCY, "", Integer.MAX_VALUE - 1).items().stream()
                .filter(one -> !one.qualifier().equals(except))
                .mapToInt(one -> Objects.requireNonNull(one.value().requestedProvisionedConcurrentExecutions()))
                .sum();
    }

    /// The code signing configuration that the function keeps to.
    public Optional<CodeSigningConfigId> signing() {
        return run(() -> SignedFunctionTable.find(session, id));
    }

    /// The code signing configuration itself.
    public Optional<SigningConfigRecord> signingConfig() {
        return signing().flatMap(config -> run(() -> SigningConfigTable.find(session, config)));
    }

    static <T> T run(Statement<T> statement) {
        try {
            return statement.run();
        } catch (SQLException e) {
            throw new StoreException("The store failed: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    interface Statement<T> {
        T run() throws SQLException;
    }
}
