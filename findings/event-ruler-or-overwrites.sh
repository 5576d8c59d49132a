#!/usr/bin/env bash
# software.amazon.event.ruler:event-ruler 2.1.0, the matcher of event patterns that AWS publishes.
#
# Guess: all members of a pattern have to hold, "$or" among them, as documented ("source" && ("metricName" || "namespace")). So a member beside "$or" and in its branches is how one
# says that a key begins with one text and ends in one of two others, which a single list cannot say.
# Behaviour: for one member only the condition that stands last is kept, the one outside or the one of the branch; the other is dropped without an error, and a checker of rules
# finds nothing wrong. So the order of a JSON object's members, which has no meaning, decides what the pattern says.
#   begins with images/ and then $or(.png, .jpg): images/a.png yes, private/a.png yes, images/a.txt no
#   $or(.png, .jpg) and then begins with images/: images/a.png yes, private/a.png no, images/a.txt yes
#   the same as objects within objects: images/a.png yes, private/a.png yes, images/a.txt no
#   checked by JsonRuleCompiler: nothing wrong
# Why it matters: a filter calls the function with records that it was written to keep away, or misses those it was for, and a tool that sorts members on the way (a template, a database's JSON
# type) turns one into the other. Put the whole condition into each branch with other members, or use one wildcard (images/*.png, images/*.jpg) for each.
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

cat > Or.java <<'JAVA'
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Ruler;

public class Or {
    static final String BEGINS = "\"key\": [{\"prefix\": \"images/\"}]";
    static final String PNG = "\"key\": [{\"suffix\": \".png\"}]";
    static final String JPG = "\"key\": [{\"suffix\": \".jpg\"}]";
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        String or = "\"$or\": [{" + PNG + "}, {" + JPG + "}]";
        String first = "{" + BEGINS + ", " + or + "}";
        expect("begins with images/ and then $or(.png, .jpg)", "%s", first, "images/a.png yes, private/a.png yes, images/a.txt no");
        expect(
                "$or(.png, .jpg) and then begins with images/",
                "%s",
                "{" + or + ", " + BEGINS + "}",
                "images/a.png yes, private/a.png no, images/a.txt yes");
        String inner = "{\"o\": {" + BEGINS + "}, \"$or\": [{\"o\": {" + PNG + "}}, {\"o\": {" + JPG + "}}]}";
        expect("the same as objects within objects", "{\"o\": %s}", inner, "images/a.png yes, private/a.png yes, images/a.txt no");
        String error = JsonRuleCompiler.check(first);
        System.out.println("checked by JsonRuleCompiler: " + (error == null ? "nothing wrong" : error));
        System.exit(same && error == null ? 0 : 1);
    }

    static void expect(String name, String event, String pattern, String expected) throws Exception {
        StringBuilder said = new StringBuilder();
        for (String key : new String[] {"images/a.png", "private/a.png", "images/a.txt"}) {
            boolean matches = Ruler.matchesRule(event.formatted("{\"key\": \"" + key + "\"}"), pattern);
            said.append(said.isEmpty() ? "" : ", ").append(key).append(matches ? " yes" : " no");
        }
        System.out.println(name + ": " + said);
        same &= said.toString().equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Or.java
timeout 60 java -cp "classes:jars/*" Or
