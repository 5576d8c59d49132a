#!/usr/bin/env bash
# io.micrometer:micrometer-core 1.17.2 (StepMeterRegistry, which its registries for Datadog, CloudWatch, New Relic, InfluxDB and others are made of).
#
# Guess: a counter keeps what it has counted until it is published. If the process is frozen meanwhile, as between two calls of a function, it comes late.
# Behaviour: what was counted in a step is given out in the next one, and only there. When more than one step has passed since, it is dropped, and 0 is published in its place, once for each publication that was missed, all of
# them in one moment. Nothing is logged.
#   5, a second and a half asleep, 1: 6 of 6 published, one publication at a time
#   5, a second and a half frozen, 1: 6 of 6 published, one publication at a time
#   5, ten seconds asleep, 1: 6 of 6 published, one publication at a time
#   5, ten seconds frozen, 1: 1 of 6 published, several publications at once
# Why it matters: with the step of a minute, as set by default, a function that is called every few minutes counts nearly nothing, and one that is busy loses the end of each burst; after a night's freeze the first call pays for
# hundreds of requests to the collector. A paused virtual machine does the same to a whole service. Take a registry that keeps sums (Prometheus, OTLP with cumulative temporality), or write metrics to the log within the call.
#
# The step is two seconds here. Needs a JDK 17 or newer and Maven, for Maven Central. Nothing listens; a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>io.micrometer</groupId><artifactId>micrometer-core</artifactId><version>1.17.2</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Frozen.java <<'JAVA'
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import io.micrometer.core.instrument.util.NamedThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

public class Frozen {
    static final int STEP = 2;
    static boolean same = true;

    static class Registry extends StepMeterRegistry {
        final List<Long> times = new ArrayList<>();
        double published;

        Registry() {
            super(
                    new StepRegistryConfig() {
                        @Override
                        public String prefix() {
                            return "finding";
                        }

                        @Override
                        public String get(String key) {
                            return null;
                        }

                        @Override
                        public Duration step() {
                            return Duration.ofSeconds(STEP);
                        }
                    },
                    Clock.SYSTEM);
            start(new NamedThreadFactory("publisher"));
        }

        @Override
        protected TimeUnit getBaseTimeUnit() {
            return TimeUnit.MILLISECONDS;
        }

        @Override
        protected synchronized void publish() {
            times.add(System.nanoTime());
            getMeters().forEach(meter -> published += ((Counter) meter).count());
        }

        /// How often publish was called by itself, within a tenth of a second.
        synchronized int atOnce() {
            int most = 0;
            for (int i = 0, first = 0; i < times.size(); i++) {
                while (times.get(i) - times.get(first) > 100_000_000) {
                    first++;
                }
                most = Math.max(most, i - first + 1);
            }
            return most;
        }
    }

    public static void main(String[] arguments) throws Exception {
        run("5, a second and a half asleep, 1", "sleep 1.5", "6 of 6 published, one publication at a time");
        run(
                "5, a second and a half frozen, 1",
                "kill -STOP " + ProcessHandle.current().pid() + "; sleep 1.5; kill -CONT " + ProcessHandle.current().pid(),
                "6 of 6 published, one publication at a time");
        run("5, ten seconds asleep, 1", "sleep 10", "6 of 6 published, one publication at a time");
        run(
                "5, ten seconds frozen, 1",
                "kill -STOP " + ProcessHandle.current().pid() + "; sleep 10; kill -CONT " + ProcessHandle.current().pid(),
                "1 of 6 published, several publications at once");
        System.exit(same ? 0 : 1);
    }

    static void run(String name, String meanwhile, String expected) throws Exception {
        var registry = new Registry();
        var orders = registry.counter("orders");
        // A quarter of a second into a step.
        Thread.sleep(STEP * 1000 - System.currentTimeMillis() % (STEP * 1000) + 250);
        orders.increment(5);
        new ProcessBuilder("sh", "-c", meanwhile).inheritIO().start().waitFor();
        orders.increment();
        Thread.sleep(STEP * 2500);
        int atOnce = registry.atOnce();
        registry.close();
        String said = (long) registry.published + " of 6 published, "
                + (atOnce > 1 ? "several publications at once" : "one publication at a time");
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Frozen.java
timeout 120 java -cp "classes:jars/*" Frozen 2> /dev/null
