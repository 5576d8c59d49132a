#!/usr/bin/env bash
# org.apache.pekko:pekko-remote_2.13 1.7.0 (Artery over TCP, as it is set by default).
#
# Guess: a message that cannot be sent to another node fails at the sender: an ask ends at once with the reason, as a request of HTTP that is too large is answered.
# Behaviour: what is larger than a frame (256 KiB), or has no serializer, is dropped with a line in the sender's log. The ask waits for its whole time-out and fails as if the other node were slow; and so it does when it is the
# answer that is too large, then with the line in the other node's log.
#   200000 bytes: answered
#   300000 bytes: AskTimeoutException after 4 s
#   a request for 300000 bytes: AskTimeoutException after 4 s
#   an object without a serializer: AskTimeoutException after 4 s
#   200000 bytes once more: answered
# Why it matters: a list that grows with the cluster (members, shards, environments of a function) works until the day it does not, and the symptom is a slow node, on which retries help nothing. Bound what one message
# holds, or send large things by a connection of your own; a test with one element too many, over a real connection, finds it.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.pekko</groupId><artifactId>pekko-remote_2.13</artifactId><version>1.7.0</version></dependency>
<dependency><groupId>org.apache.pekko</groupId><artifactId>pekko-cluster_2.13</artifactId><version>1.7.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Large.java <<'JAVA'
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorSelection;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.pattern.AskTimeoutException;
import org.apache.pekko.pattern.Patterns;

public class Large {
    static boolean same = true;

    /// Answers a text with its length, and a number with a text of that length.
    static class Answers extends AbstractActor {
        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(String.class, text -> getSender().tell(text.length(), getSelf()))
                    .match(Integer.class, length -> getSender().tell("x".repeat(length), getSelf()))
                    .matchAny(other -> getSender().tell("other", getSelf()))
                    .build();
        }
    }

    public static void main(String[] arguments) throws Exception {
        var one = system("one");
        var two = system("two");
        two.actorOf(Props.create(Answers.class), "answers");
        var address = ((ExtendedActorSystem) two).provider().getDefaultAddress();
        var answers = one.actorSelection(address + "/user/answers");
        // Until the connection is there.
        for (int i = 0; i < 20 && !ask(answers, "hello").equals("answered"); i++) {}
        expect("200000 bytes", ask(answers, "x".repeat(200_000)), "answered");
        expect("300000 bytes", ask(answers, "x".repeat(300_000)), "AskTimeoutException after 4 s");
        expect("a request for 300000 bytes", ask(answers, 300_000), "AskTimeoutException after 4 s");
        expect("an object without a serializer", ask(answers, new Object()), "AskTimeoutException after 4 s");
        expect("200000 bytes once more", ask(answers, "x".repeat(200_000)), "answered");
        System.exit(same ? 0 : 1);
    }

    static ActorSystem system(String name) {
        return ActorSystem.create(name, ConfigFactory.parseString("""
                pekko.actor.provider = remote
                pekko.remote.artery.canonical.hostname = 127.0.0.1
                pekko.remote.artery.canonical.port = 0
                pekko.loglevel = off
                pekko.log-dead-letters = off
                pekko.stdout-loglevel = off
                """).withFallback(ConfigFactory.load()));
    }

    static String ask(ActorSelection actor, Object message) throws Exception {
        long begin = System.nanoTime();
        try {
            Patterns.ask(actor, message, Duration.ofSeconds(4)).toCompletableFuture().get();
            return "answered";
        } catch (ExecutionException e) {
            boolean late = e.getCause() instanceof AskTimeoutException && System.nanoTime() - begin >= 3_900_000_000L;
            return late ? "AskTimeoutException after 4 s" : e.getCause().getClass().getSimpleName();
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Large.java
timeout 150 java -cp "classes:jars/*" Large
