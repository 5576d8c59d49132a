#!/usr/bin/env bash
# org.xerial:sqlite-jdbc 3.51.1.0 (SQLite 3.51.1).
#
# Guess: Statement.setQueryTimeout(1) ends a statement that takes longer than a second, as JDBC says. It has nothing to do with locks,
# for which this driver has busy_timeout (3 s by default).
# Behaviour: no statement is ended by it, however long it takes. What it sets is how long that statement waits for another connection's lock, in place of
# busy_timeout, be that longer or shorter.
#   query of two seconds and more, time-out 1 s: ran to its end
#   statement at a locked database, no time-out: SQLITE_BUSY after 3 s
#   statement at a locked database, time-out 1 s: SQLITE_BUSY after 1 s
#   statement at a locked database, time-out 5 s: SQLITE_BUSY after 5 s
#   query of two seconds and more, cancel() by another thread after 1 s: SQLITE_INTERRUPT after 1 s
# Why it matters: pools, templates and ORMs take a query time-out as a setting. With this driver it protects from no slow query, and one that is short "to be safe"
# makes writers fail under load that would have had their turn. Only Statement.cancel() from another thread ends a query.
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

cat > Timeouts.java <<'JAVA'
import java.sql.*;
import java.util.concurrent.*;

public class Timeouts {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:database.db");
                var other = DriverManager.getConnection("jdbc:sqlite:database.db");
                var lock = other.createStatement();
                var later = Executors.newSingleThreadScheduledExecutor()) {
            lock.execute("create table t (n integer)");
            try (var statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                expect("query of two seconds and more, time-out 1 s", count(statement), "ran to its end");
            }
            lock.execute("begin immediate");
            for (int seconds : new int[] {0, 1, 5}) {
                try (var statement = connection.createStatement()) {
                    statement.setQueryTimeout(seconds);
                    expect(
                            "statement at a locked database, " + (seconds == 0 ? "no time-out" : "time-out " + seconds + " s"),
                            run(statement, "insert into t values (1)"),
                            "SQLITE_BUSY after " + (seconds == 0 ? 3 : seconds) + " s");
                }
            }
            lock.execute("rollback");
            try (var statement = connection.createStatement()) {
                later.schedule(() -> {
                    statement.cancel();
                    return null;
                }, 1, TimeUnit.SECONDS);
                expect(
                        "query of two seconds and more, cancel() by another thread after 1 s",
                        count(statement),
                        "SQLITE_INTERRUPT after 1 s");
            }
        }
        System.exit(same ? 0 : 1);
    }

    /// Counts a million rows at a time until two seconds are over; the function is called once for each row.
    static String count(Statement statement) throws SQLException {
        long end = System.nanoTime() + 2_200_000_000L;
        org.sqlite.Function.create(statement.getConnection(), "goes_on", new org.sqlite.Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(System.nanoTime() < end ? 1 : 0);
            }
        });
        return run(statement, "with recursive n(i) as (select 1 union all select i + 1 from n where goes_on()) select max(i) from n");
    }

    static String run(Statement statement, String sql) {
        long start = System.nanoTime();
        try {
            statement.execute(sql);
            return "ran to its end";
        } catch (SQLException e) {
            long seconds = (System.nanoTime() - start + 200_000_000) / 1_000_000_000;
            return ((org.sqlite.SQLiteException) e).getResultCode().name() + " after " + seconds + " s";
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Timeouts.java
timeout 90 java -Djava.io.tmpdir="$folder" -cp "classes:jars/*" Timeouts 2>/dev/null
