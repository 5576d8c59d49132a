#!/usr/bin/env bash
# com.amazonaws:aws-lambda-java-serialization 1.1.6, which the Java runtimes (aws-lambda-java-runtime-interface-client 2.10.1) read events and write results with.
#
# Guess: a handler's classes are filled with what fits, and an event that does not fit is refused. What the handler returns comes out as other programs write it.
# Behaviour: numbers lose their fraction where the class has an int or long, names in another case are passed over like all
# that the class has not, and null or an empty text is 0. Of a result, members that are null are not written, an Instant is a number of seconds, a LocalDate
# a list, NaN a text.
#   {"cents": 19.99}: 19
#   {"Cents": 1999}: 0
#   {"cents": ""}: 0
#   {"cents": null}: 0
#   result with a null member: {}
#   result with an Instant: {"at":1793491200.000000000}
#   result with a LocalDate: {"day":[2026,11,1]}
#   result with NaN: {"rate":"NaN"}
# Why it matters: the same event fails nowhere and is less; a function that is moved from Node.js or Python to Java answers without the members that its callers ask
# for, and dates come as numbers. Whoever needs it strict takes a RequestStreamHandler and a mapper of their own; a server in front of it has to check
# events itself, since the runtime will not.
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
<dependency><groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-serialization</artifactId><version>1.1.6</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Json.java <<'JAVA'
import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;

public class Json {
    public static class Order {
        private int cents;

        public int getCents() {
            return cents;
        }

        public void setCents(int cents) {
            this.cents = cents;
        }
    }

    static boolean same = true;

    public static void main(String[] arguments) {
        event("{\"cents\": 19.99}", 19);
        event("{\"Cents\": 1999}", 0);
        event("{\"cents\": \"\"}", 0);
        event("{\"cents\": null}", 0);
        result("a null member", Collections.singletonMap("note", null), "{}");
        result("an Instant", Map.of("at", Instant.ofEpochSecond(1793491200)), "{\"at\":1793491200.000000000}");
        result("a LocalDate", Map.of("day", LocalDate.of(2026, 11, 1)), "{\"day\":[2026,11,1]}");
        result("NaN", Map.of("rate", Double.NaN), "{\"rate\":\"NaN\"}");
        System.exit(same ? 0 : 1);
    }

    static void event(String json, int expected) {
        var order = JacksonFactory.getInstance().getSerializer(Order.class).fromJson(new ByteArrayInputStream(json.getBytes(UTF_8)));
        expect(json, String.valueOf(order.getCents()), String.valueOf(expected));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static void result(String name, Map<String, ?> result, String expected) {
        var out = new ByteArrayOutputStream();
        ((PojoSerializer) JacksonFactory.getInstance().getSerializer(Map.class)).toJson(result, out);
        expect("result with " + name, out.toString(UTF_8), expected);
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Json.java
timeout 60 java -cp "classes:jars/*" Json
