package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.CodeSigningConfigId;
import hearth.model.FunctionId;
import hearth.model.Region;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Code signing configurations. Which function keeps to one is changed with the function itself, by `FunctionEdit`. A
/// write has reached the disk when its method returns.
public final class SigningStore {
    private final Database database;

    SigningStore(Database database) {
        this.database = database;
    }

    public void create(SigningConfigRecord config) {
        database.write(session -> {
            SigningConfigTable.insert(session, config);
            return config;
        });
    }

    public Optional<SigningConfigRecord> find(CodeSigningConfigId id) {
        return database.read(session -> SigningConfigTable.find(session, id));
    }

    /// Replaces a configuration by what is decided of it; empty when there is none.
    ///
    /// @param decide pure
    public Optional<SigningConfigRecord> update(CodeSigningConfigId id, UnaryOperator<SigningConfigRecord> decide) {
        return database.write(session -> {
            var before = SigningConfigTable.find(session, id);
            if (before.isEmpty()) {
                return before;
            }
            var after = decide.apply(before.get());
            SigningConfigTable.update(session, after);
            return Optional.of(after);
        });
    }

    /// The outcome of deleting a configuration.
    public enum Deletion {
        DELETED,
        NOT_THERE,
        IN_USE
    }

    /// Deletes a configuration that no function keeps to.
    public Deletion delete(CodeSigningConfigId id) {
        return database.write(session -> {
            if (!SignedFunctionTable.after(session, id, "", 1).isEmpty()) {
                return Deletion.IN_USE;
            }
            return SigningConfigTable.delete(session, id) ? Deletion.DELETED : Deletion.NOT_THERE;
        });
    }

    /// The configurations of an account, by id.
    ///
    /// @param after the id that the page before ended with, empty for the first
    public Page<SigningConfigRecord> list(AccountId account, Region region, String after, int most) {
        return database.read(
                session -> Page.cut(SigningConfigTable.after(session, account, region, after, most + 1), most));
    }

    /// The functions that keep to a configuration, by name.
    ///
    /// @param after the name that the page before ended with, empty for the first
    public Page<FunctionId> functions(CodeSigningConfigId config, String after, int most) {
        return database.read(session -> Page.cut(SignedFunctionTable.after(session, config, after, most + 1), most));
    }
}
