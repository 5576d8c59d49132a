package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve("test.db");
    }

    @Test
    void makesTheTablesOfANewStoreAndLeavesAnExistingOneAlone() throws Exception {
        EmbeddedDatabase.open(file, Schema.STORE, "test-writer").close();
        var made = text("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' ORDER BY name");

        EmbeddedDatabase.open(file, Schema.STORE, "test-writer").close();

        assertThat(made).contains("functions", "function_versions", "sequences");
        assertThat(text("PRAGMA user_version")).isEqualTo(Integer.toString(Schema.STORE.newestVersion()));
        assertThat(text("SELECT COUNT(*) FROM sequences")).isEqualTo("2");
    }

    @Test
    void saysOfOlderCodeThatItWasAZip() throws Exception {
        migrate("V1__functions.sql", "V2__aliases_and_settings.sql");
        execute("""
                INSERT INTO functions (account, region, name, revision_id, state, generation, code_digest, code_size,
                    configuration, serving_configuration, version_counter, published_generation, tags)
                VALUES ('1', 'r', 'f', 'id', 'Active', 1, 'aa', 1, '{}', '{}', 1, 1, '{}');
                INSERT INTO function_versions (account, region, name, version, revision_id, state, generation,
                    code_digest, code_size, configuration)
                VALUES ('1', 'r', 'f', 1, 'id', 'Active', 1, 'aa', 1, '{}');""");

        EmbeddedDatabase.open(file, Schema.STORE, "test-writer").close();

        var zip = "{\"RepositoryType\":\"S3\"}";
        assertThat(text("SELECT code_source FROM functions")).isEqualTo(zip);
        assertThat(text("SELECT serving_code_source FROM functions")).isEqualTo(zip);
        assertThat(text("SELECT code_source FROM function_versions")).isEqualTo(zip);
    }

    @Test
    void sumsUpWhatOlderStoresReserve() throws Exception {
        migrate(
                "V1__functions.sql",
                "V2__aliases_and_settings.sql",
                "V3__layers.sql",
                "V4__code_source.sql",
                "V5__event_source_mappings.sql",
                "V6__code_signing.sql",
                "V7__function_layers.sql");
        for (var function : List.of("f", "g", "h")) {
            execute("""
                    INSERT INTO functions (account, region, name, revision_id, state, generation, code_digest,
                        code_size, configuration, version_counter, published_generation, tags)
                    VALUES ('1', 'r', '%s', 'id', 'Active', 1, 'aa', 1, '{}', 1, 1, '{}')""".formatted(function));
        }
        execute("""
                INSERT INTO function_settings (account, region, name, kind, qualifier, document) VALUES
                    ('1', 'r', 'f', 'reserved-concurrency', '', '10'),
                    ('1', 'r', 'f', 'provisioned-concurrency', '1', '{"RequestedProvisionedConcurrentExecutions":4}'),
                    ('1', 'r', 'g', 'reserved-concurrency', '', '7'),
                    ('1', 'r', 'h', 'provisioned-concurrency', '1', '{"RequestedProvisionedConcurrentExecutions":3}'),
                    ('1', 'r', 'h', 'provisioned-concurrency', '2', '{"RequestedProvisionedConcurrentExecutions":2}'),
                    ('1', 'r', 'h', 'policy', '', '{}')""");

        EmbeddedDatabase.open(file, Schema.STORE, "test-writer").close();

        assertThat(
                        text(
                                "SELECT group_concat(account || region || reserved || '+' || provisioned) FROM account_concurrency"))
                .isEqualTo("1r17+5");
    }

    @Test
    void refusesAStoreOfANewerHearth() throws Exception {
        EmbeddedDatabase.open(file, Schema.STORE, "test-writer").close();
        execute("PRAGMA user_version = 99");

        assertThatThrownBy(() -> EmbeddedDatabase.open(file, Schema.STORE, "test-writer"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("newer Hearth")
                .hasMessageContaining("99");
    }

    @Test
    void knowsWhichProgramsMayUseWhatAMigrationMakes() {
        assertThat(Schema.usableSince("-- usable_since = 3\nCREATE TABLE a (x INTEGER);", 5))
                .isEqualTo(3);
        assertThat(Schema.usableSince("CREATE TABLE a (x INTEGER);\n-- usable_since = 3\n", 5))
                .isEqualTo(5);
        assertThatThrownBy(() -> Schema.usableSince("-- usable_since = 6\n", 5))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesNothingOfAMigrationThatFails() throws Exception {
        // The second table of the first migration is already there: its statement fails.
        execute("CREATE TABLE function_versions (x INTEGER)");

        assertThatThrownBy(() -> EmbeddedDatabase.open(file, Schema.STORE, "test-writer"))
                .isInstanceOf(java.sql.SQLException.class);

        assertThat(text("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'"))
                .isEqualTo("function_versions");
        assertThat(text("PRAGMA user_version")).isEqualTo("0");
    }

    /// Makes the store one of an older Hearth.
    private void migrate(String... migrations) throws Exception {
        for (var migration : migrations) {
            try (var script = Schema.class.getResourceAsStream("migrations/" + migration)) {
                execute(new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        execute("PRAGMA user_version = " + migrations.length);
    }

    private String text(String query) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
