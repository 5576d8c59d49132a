#!/usr/bin/env bash
# com.zaxxer:HikariCP 7.1.0, any database (here connections of a few lines, whose server stops answering).
#
# Guess: connectionTimeout is what it is documented to be, the longest that getConnection waits; with 1 s there is a connection or an SQLException after a second. That validationTimeout has to be less is documented too, so
# that HikariCP sees to it, as it does with settings that are too small.
# Behaviour: a connection from the pool that was idle for half a second is tried first, for validationTimeout, which is 5 s unless it is set, and nothing compares the two. When the server does not answer, getConnection
# takes these 5 s for each such connection in the pool, one per call, and says that it waited for so long.
#   connectionTimeout 1 s, pool of 3, server answers: at once
#   the same, server stops answering: SQLTransientConnectionException after 5 s
#   the next call: SQLTransientConnectionException after 5 s
#   connectionTimeout 1 s, validationTimeout 0.5 s (taken for 1 s), server stops answering: SQLTransientConnectionException after 1 s
#   settings that HikariCP reports: connectionTimeout 1000, validationTimeout 5000
# Why it matters: a function of three seconds that meant to answer "try later" after one is killed instead, with all that it holds, whenever a database fails over and leaves connections that are silent. Set
# validationTimeout below connectionTimeout, and the driver's own socket time-out.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Nothing listens; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.zaxxer</groupId><artifactId>HikariCP</artifactId><version>7.1.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Pool.java <<'JAVA'
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

public class Pool {
    static boolean same = true;
    static volatile boolean silent;

    public static void main(String[] arguments) throws Exception {
        var pool = pool(0);
        expect("connectionTimeout 1 s, pool of 3, server answers", take(pool), "at once");
        silence();
        expect("the same, server stops answering", take(pool), "SQLTransientConnectionException after 5 s");
        expect("the next call", take(pool), "SQLTransientConnectionException after 5 s");
        silent = false;
        var other = pool(500);
        silence();
        expect(
                "connectionTimeout 1 s, validationTimeout 0.5 s (taken for 1 s), server stops answering",
                take(other),
                "SQLTransientConnectionException after 1 s");
        expect(
                "settings that HikariCP reports",
                "connectionTimeout " + pool.getConnectionTimeout() + ", validationTimeout " + pool.getValidationTimeout(),
                "connectionTimeout 1000, validationTimeout 5000");
        System.exit(same ? 0 : 1);
    }

    /// A pool that is full and idle.
    static HikariDataSource pool(long validation) throws Exception {
        var settings = new HikariConfig();
        settings.setDataSource(source());
        settings.setConnectionTimeout(1000);
        settings.setMaximumPoolSize(3);
        if (validation > 0) {
            settings.setValidationTimeout(validation);
        }
        var pool = new HikariDataSource(settings);
        for (int i = 0; i < 400 && pool.getHikariPoolMXBean().getIdleConnections() < 3; i++) {
            Thread.sleep(50);
        }
        return pool;
    }

    /// Longer than the half a second for which a connection is given out without being tried.
    static void silence() throws Exception {
        Thread.sleep(1000);
        silent = true;
    }

    static DataSource source() {
        return (DataSource) Proxy.newProxyInstance(Pool.class.getClassLoader(), new Class<?>[] {DataSource.class}, (source, method, given) ->
                switch (method.getName()) {
                    case "getConnection" -> {
                        if (silent) {
                            new CountDownLatch(1).await();
                        }
                        yield connection();
                    }
                    case "getLoginTimeout" -> 0;
                    default -> null;
                });
    }

    /// Keeps to the time that isValid is given, in whole seconds, as drivers do.
    static Connection connection() {
        return (Connection) Proxy.newProxyInstance(Pool.class.getClassLoader(), new Class<?>[] {Connection.class}, (connection, method, given) ->
                switch (method.getName()) {
                    case "isValid" -> {
                        if (silent) {
                            Thread.sleep(1000L * (int) given[0]);
                        }
                        yield !silent;
                    }
                    case "getAutoCommit" -> true;
                    case "isReadOnly", "isClosed" -> false;
                    case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                    case "getNetworkTimeout" -> 0;
                    case "hashCode" -> System.identityHashCode(connection);
                    case "equals" -> connection == given[0];
                    case "toString" -> "connection";
                    default -> null;
                });
    }

    static String take(HikariDataSource pool) {
        long begin = System.nanoTime();
        String said;
        try (var connection = pool.getConnection()) {
            said = "connection";
        } catch (SQLException e) {
            said = e.getClass().getSimpleName();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return said.equals("connection") && seconds < 0.9 ? "at once" : said + " after " + (seconds < 3 ? 1 : seconds < 9 ? 5 : Math.round(seconds)) + " s";
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Pool.java
timeout 60 java -cp "classes:jars/*" Pool
