#!/usr/bin/env bash
# software.amazon.event.ruler:event-ruler 2.1.0, the matcher of event patterns that AWS publishes.
#
# Guess: a machine of several rules says for each of them what the rule says alone; that is what its own documentation sells it for. The order in which rules were added, and the order of
# the conditions in a list, of which one has to hold, change nothing.
# Behaviour: where a wildcard that begins with "*" was there first, an equals-ignore-case of one letter for the same member holds for every text, and one of two letters for texts that end
# in the second letter; within anything-but they hold for none. A prefix without regard to case holds wherever its last letter comes. The other way round all are right.
#   equals-ignore-case y, alone: stopped no, hello no, y yes
#   equals-ignore-case y, after wildcard *-failed: stopped yes, hello yes, y yes
#   equals-ignore-case y, before wildcard *-failed: stopped no, hello no, y yes
#   equals-ignore-case no, after wildcard *-failed: stopped no, hello yes, y no
#   anything-but equals-ignore-case y, alone: stopped yes, hello yes, y no
#   anything-but equals-ignore-case y, after wildcard *-failed: stopped no, hello no, y no
#   prefix equals-ignore-case ph, alone: stopped no, archive no, photo yes
#   prefix equals-ignore-case ph, after wildcard *-failed: stopped no, archive yes, photo yes
#   in one rule, [wildcard *-failed, equals-ignore-case y]: stopped yes
#   in one rule, [equals-ignore-case y, wildcard *-failed]: stopped no
# Why it matters: a rule for answers "y" or for the country "no" fires for strangers' events, or never again, once somebody else has added a rule with a wildcard, and a restart that loads
# rules in another order heals it. Whoever tests a filter of event source mappings against this library takes one machine for each condition, or lists codes in both cases instead.
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
<dependency><groupId>software.amazon.event.ruler</groupId><artifactId>event-ruler</artifactId><version>2.1.0</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Together.java <<'JAVA'
import java.util.List;
import software.amazon.event.ruler.Machine;

public class Together {
    static final String FAILED = "{\"wildcard\": \"*-failed\"}";
    static final String Y = "{\"equals-ignore-case\": \"y\"}";
    static final String NO = "{\"equals-ignore-case\": \"no\"}";
    static final String NOT_Y = "{\"anything-but\": {\"equals-ignore-case\": \"y\"}}";
    static final String PH = "{\"prefix\": {\"equals-ignore-case\": \"ph\"}}";
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        expect("equals-ignore-case y, alone", Y, List.of(Y), "stopped no, hello no, y yes");
        expect("equals-ignore-case y, after wildcard *-failed", Y, List.of(FAILED, Y), "stopped yes, hello yes, y yes");
        expect("equals-ignore-case y, before wildcard *-failed", Y, List.of(Y, FAILED), "stopped no, hello no, y yes");
        expect("equals-ignore-case no, after wildcard *-failed", NO, List.of(FAILED, NO), "stopped no, hello yes, y no");
        expect("anything-but equals-ignore-case y, alone", NOT_Y, List.of(NOT_Y), "stopped yes, hello yes, y no");
        expect(
                "anything-but equals-ignore-case y, after wildcard *-failed",
                NOT_Y,
                List.of(FAILED, NOT_Y),
                "stopped no, hello no, y no");
        expect("prefix equals-ignore-case ph, alone", PH, List.of(PH), "stopped no, archive no, photo yes");
        expect(
                "prefix equals-ignore-case ph, after wildcard *-failed",
                PH,
                List.of(FAILED, PH),
                "stopped no, archive yes, photo yes");
        String both = FAILED + ", " + Y;
        expect("in one rule, [wildcard *-failed, equals-ignore-case y]", both, List.of(both), "stopped yes");
        String turned = Y + ", " + FAILED;
        expect("in one rule, [equals-ignore-case y, wildcard *-failed]", turned, List.of(turned), "stopped no");
        System.exit(same ? 0 : 1);
    }

    /// Rules with one condition each, or one rule with a list of them, in the order given; what the asked one says to the words of the expected text.
    static void expect(String name, String asked, List<String> rules, String expected) throws Exception {
        Machine machine = Machine.builder().build();
        for (String conditions : rules) {
            machine.addRule(conditions, "{\"state\": [" + conditions + "]}");
        }
        StringBuilder said = new StringBuilder();
        for (String part : expected.split(", ")) {
            String word = part.split(" ")[0];
            boolean holds = machine.rulesForJSONEvent("{\"state\": \"" + word + "\"}").contains(asked);
            said.append(said.isEmpty() ? "" : ", ").append(word).append(holds ? " yes" : " no");
        }
        System.out.println(name + ": " + said);
        same &= said.toString().equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Together.java
timeout 60 java -cp "classes:jars/*" Together
