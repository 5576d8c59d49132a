#!/usr/bin/env bash
# org.crac:crac 1.5.0 with com.amazonaws:aws-lambda-java-runtime-interface-client 2.10.1, whose context of SnapStart's hooks it is told to use, as in Lambda's Java runtimes.
#
# Guess: the hooks of every resource that was registered run, as long as the program holds on to it. (That nobody else does is documented: the context's reference is weak.)
# Behaviour: what org.crac makes for a resource it keeps in a WeakHashMap, by the resource. Of those that are equal only the last one's hooks are still there after the next collection, and if the first one is
# let go, none, however well the others are held. A record, and whatever else has an equals(), is equal to the next one with the same members.
#   two that are not equal, a and b: a b
#   two that are equal, a and b: b
#   two that are equal, a and b, a let go, then c that is not: c
#   the same without org.crac, by the runtime's own classes, two that are equal: a
# Why it matters: of two connection pools with the same settings one is not opened anew after a restore, and its function uses connections of the time before the snapshot. The runtime itself calls for a
# collection before it is taken. Nothing reports it, and a test that calls the hooks by itself sees nothing. Register objects whose equals() is Object's, from static fields.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-runtime-interface-client</artifactId><version>2.10.1</version></dependency>
<dependency><groupId>org.crac</groupId><artifactId>crac</artifactId><version>1.5.0</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Hooks.java <<'JAVA'
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

public class Hooks {
    static boolean same = true;
    static final TreeSet<String> RUN = new TreeSet<>();
    static final List<Object> HELD = new ArrayList<>();

    /// Equal to others of the same URL, whatever its name.
    static class Pool implements Resource, com.amazonaws.services.lambda.crac.Resource {
        private final String name;
        private final String url;

        Pool(String name, String url) {
            this.name = name;
            this.url = url;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Pool pool && pool.url.equals(url);
        }

        @Override
        public int hashCode() {
            return url.hashCode();
        }

        @Override
        public void beforeCheckpoint(Context<? extends Resource> context) {}

        @Override
        public void afterRestore(Context<? extends Resource> context) {
            RUN.add(name);
        }

        @Override
        public void beforeCheckpoint(
                com.amazonaws.services.lambda.crac.Context<? extends com.amazonaws.services.lambda.crac.Resource> context) {}

        @Override
        public void afterRestore(
                com.amazonaws.services.lambda.crac.Context<? extends com.amazonaws.services.lambda.crac.Resource> context) {
            RUN.add(name);
        }
    }

    public static void main(String[] arguments) throws Exception {
        hold("a", "one");
        hold("b", "other");
        expect("two that are not equal, a and b", "a b");
        hold("a", "one");
        hold("b", "one");
        expect("two that are equal, a and b", "b");
        hold("a", "one");
        hold("b", "one");
        HELD.remove(0);
        collect();
        hold("c", "other");
        expect("two that are equal, a and b, a let go, then c that is not", "c");
        for (String name : List.of("a", "b")) {
            var pool = new Pool(name, "one");
            HELD.add(pool);
            com.amazonaws.services.lambda.crac.Core.getGlobalContext().register(pool);
        }
        expect("the same without org.crac, by the runtime's own classes, two that are equal", "a");
        System.exit(same ? 0 : 1);
    }

    static void hold(String name, String url) {
        var pool = new Pool(name, url);
        HELD.add(pool);
        Core.getGlobalContext().register(pool);
    }

    /// Runs the hooks as the runtime does after a restore; the next case begins with none.
    static void expect(String name, String expected) throws Exception {
        collect();
        RUN.clear();
        com.amazonaws.services.lambda.crac.Core.getGlobalContext().afterRestore(null);
        String said = RUN.isEmpty() ? "none" : String.join(" ", RUN);
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
        HELD.clear();
        collect();
    }

    /// Five collections, each of which took something.
    static void collect() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            var gone = new WeakReference<>(new Object());
            while (!gone.refersTo(null)) {
                System.gc();
                Thread.sleep(10);
            }
        }
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Hooks.java
timeout 60 java -Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac -cp "classes:jars/*" Hooks
