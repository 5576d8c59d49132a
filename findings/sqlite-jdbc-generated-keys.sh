#!/usr/bin/env bash
# org.xerial:sqlite-jdbc 3.51.1.0 (SQLite 3.51.1).
#
# Guess: getGeneratedKeys() after an upsert has the key of the row that was inserted or changed, or no row where nothing was.
# Behaviour: it has last_insert_rowid(), which an update and an ignored insert leave as they were: the key of the last row that this connection inserted, be it
# in another table. After a batch it has none. `returning id` has the right keys, one row for each.
#   insert of "a": key 1
#   insert into another table: key 501
#   upsert of "a", 1 row: key 501
#   insert or ignore of "a", 0 rows: key 501
#   batch of two inserts: no key
#   upsert of "a", returning id: key 1
# Why it matters: rows that are hung on such a key go to a row that has nothing to do with it, and only where the first was there already: rarely in tests,
# whose tables are empty and whose keys begin at 1 everywhere. Frameworks ask for generated keys by themselves; use `returning`.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. No network of its own; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.xerial</groupId><artifactId>sqlite-jdbc</artifactId><version>3.51.1.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Keys.java <<'JAVA'
import java.sql.*;

public class Keys {
    static final String UPSERT = "insert into customers (name) values ('a') on conflict (name) do update set seen = seen + 1";

    static Connection connection;
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        connection = DriverManager.getConnection("jdbc:sqlite:database.db");
        try (var statement = connection.createStatement()) {
            statement.execute("create table customers (id integer primary key, name text unique, seen integer default 0)");
            statement.execute("create table letters (id integer primary key, text text)");
            statement.execute("insert into letters (id) values (500)");
        }
        expect("insert of \"a\"", "insert into customers (name) values ('a')", 1, "key 1");
        expect("insert into another table", "insert into letters (text) values ('x')", 1, "key 501");
        expect("upsert of \"a\", 1 row", UPSERT, 1, "key 501");
        expect("insert or ignore of \"a\", 0 rows", "insert or ignore into customers (name) values ('a')", 0, "key 501");
        try (var statement = connection.prepareStatement("insert into letters (text) values (?)", Statement.RETURN_GENERATED_KEYS)) {
            for (String text : new String[] {"y", "z"}) {
                statement.setString(1, text);
                statement.addBatch();
            }
            statement.executeBatch();
            expect("batch of two inserts", key(statement.getGeneratedKeys()), "no key");
        }
        try (var statement = connection.prepareStatement(UPSERT + " returning id")) {
            expect("upsert of \"a\", returning id", key(statement.executeQuery()), "key 1");
        }
        System.exit(same ? 0 : 1);
    }

    static void expect(String name, String sql, int rows, String expected) throws SQLException {
        try (var statement = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
            same &= statement.executeUpdate() == rows;
            expect(name, key(statement.getGeneratedKeys()), expected);
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }

    static String key(ResultSet keys) throws SQLException {
        try (keys) {
            return keys.next() ? "key " + keys.getLong(1) : "no key";
        }
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Keys.java
timeout 60 java -Djava.io.tmpdir="$folder" -cp "classes:jars/*" Keys 2>/dev/null
