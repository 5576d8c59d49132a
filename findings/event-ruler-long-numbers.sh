#!/usr/bin/env bash
# software.amazon.event.ruler:event-ruler 2.1.0, the matcher of event patterns that AWS publishes.
#
# Guess: a number is above 0, or it is not. As documented, ranges work from -5.0e9 to 5.0e9 with 15 digits, six of them behind the point; so larger numbers fit no
# range, or are refused, and longer ones are rounded.
# Behaviour: size does not matter, 1e20 is above 0. What matters is whether a double gives all of a number's digits back. If not, it is in no range at all, neither above 0
# nor at most 0, whatever it is; nothing is said of it. In a pattern the same number is an error. Equality goes by the text then.
#   1e20: above 0 yes, at most 0 no, anything but 0 yes
#   0.30000000000000004: above 0 yes, at most 0 no, anything but 0 yes
#   1793491200.123456: above 0 yes, at most 0 no, anything but 0 yes
#   1793491200.123456789: above 0 no, at most 0 no, anything but 0 yes
#   1793491200123456789: above 0 no, at most 0 no, anything but 0 yes
#   90071992547409.93: above 0 no, at most 0 no, anything but 0 yes
#   12345678901234567890: above 0 no, at most 0 no, anything but 0 yes
#   pattern above 1793491200123456789: JsonParseException
#   pattern 12345678901234567890, event 12345678901234567890: matches
#   pattern 12345678901234567890, event 12345678901234567890.0: does not match
# Why it matters: seconds with nanoseconds, ids of 64 bits, sums of a DynamoDB table or a Java BigDecimal drop out of every branch of a split by ranges, few of them, by their last digits,
# and a filter's message is deleted without a call. Send them as text, or catch the rest by a pattern with "exists".
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

cat > Numbers.java <<'JAVA'
import software.amazon.event.ruler.Ruler;

public class Numbers {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        ranges("1e20", "above 0 yes, at most 0 no, anything but 0 yes");
        ranges("0.30000000000000004", "above 0 yes, at most 0 no, anything but 0 yes");
        ranges("1793491200.123456", "above 0 yes, at most 0 no, anything but 0 yes");
        ranges("1793491200.123456789", "above 0 no, at most 0 no, anything but 0 yes");
        ranges("1793491200123456789", "above 0 no, at most 0 no, anything but 0 yes");
        ranges("90071992547409.93", "above 0 no, at most 0 no, anything but 0 yes");
        ranges("12345678901234567890", "above 0 no, at most 0 no, anything but 0 yes");
        String said;
        try {
            matches("1793491200123456790", "{\"numeric\": [\">\", 1793491200123456789]}");
            said = "taken";
        } catch (Exception e) {
            said = e.getClass().getSimpleName();
        }
        expect("pattern above 1793491200123456789", said, "JsonParseException");
        for (String event : new String[] {"12345678901234567890", "12345678901234567890.0"}) {
            expect(
                    "pattern 12345678901234567890, event " + event,
                    matches(event, "12345678901234567890") ? "matches" : "does not match",
                    event.endsWith(".0") ? "does not match" : "matches");
        }
        System.exit(same ? 0 : 1);
    }

    static void ranges(String number, String expected) throws Exception {
        expect(
                number,
                "above 0 " + word(number, "{\"numeric\": [\">\", 0]}")
                        + ", at most 0 " + word(number, "{\"numeric\": [\"<=\", 0]}")
                        + ", anything but 0 " + word(number, "{\"anything-but\": [0]}"),
                expected);
    }

    static String word(String number, String condition) throws Exception {
        return matches(number, condition) ? "yes" : "no";
    }

    static boolean matches(String number, String condition) throws Exception {
        return Ruler.matchesRule("{\"amount\": " + number + "}", "{\"amount\": [" + condition + "]}");
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Numbers.java
timeout 60 java -cp "classes:jars/*" Numbers
