#!/usr/bin/env bash
# Temurin 25.0.3 (JDK 25): java.lang.Process, Linux.
#
# Guess: Process.destroy() asks a child to end, by SIGTERM, as ProcessHandle.destroy() does. What it does then, and what it writes meanwhile, is its own affair; its output is there to be read until its end.
# Behaviour: Process.destroy() closes the child's input, output and errors besides, at once. Whoever reads gets "Stream closed", lines that were written before included, and a child that writes its farewell is killed by SIGPIPE
# (or gets EPIPE, where it is ignored) in the middle of it. toHandle().destroy() sends the signal alone.
#   destroy(), output read by another thread: exit 141, nothing saved, read: Stream closed
#   destroy(), then output read: exit 141, nothing saved, read: Stream closed
#   toHandle().destroy(), output read by another thread: exit 0, saved, read: ending, saving, the end
#   toHandle().destroy(), then output read: exit 0, saved, read: ending, saving, the end
# Why it matters: a server that ends runtimes and extensions so, with SIGTERM and some time to shut down, breaks the very shutdown that it waits for, as soon as the child logs a line, and has no log of it: telemetry is not sent,
# the exit status is a signal's. A child that is silent ends well, so that tests pass. Use the handle, read to the end, and close the streams yourself.
#
# Needs a JDK 17 or newer and bash. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > Main.java <<'JAVA'
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

public class Main {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        Consumer<Process> process = Process::destroy;
        Consumer<Process> handle = child -> child.toHandle().destroy();
        expect("destroy(), output read by another thread", run(process, true), "exit 141, nothing saved, read: Stream closed");
        expect("destroy(), then output read", run(process, false), "exit 141, nothing saved, read: Stream closed");
        expect("toHandle().destroy(), output read by another thread", run(handle, true), "exit 0, saved, read: ending, saving, the end");
        expect("toHandle().destroy(), then output read", run(handle, false), "exit 0, saved, read: ending, saving, the end");
        System.exit(same ? 0 : 1);
    }

    static String run(Consumer<Process> stop, boolean before) throws Exception {
        Path file = Path.of("saved");
        Files.deleteIfExists(file);
        var child = new ProcessBuilder("bash", "child.sh").redirectErrorStream(true).start();
        try (var output = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
            if (!output.readLine().equals("ready")) {
                throw new IllegalStateException("not ready");
            }
            List<String> read = Collections.synchronizedList(new ArrayList<>());
            var reader = new Thread(() -> {
                try {
                    for (String line; (line = output.readLine()) != null; ) {
                        read.add(line);
                    }
                    read.add("the end");
                } catch (IOException e) {
                    read.add(e.getMessage());
                }
            });
            if (before) {
                reader.start();
                Thread.sleep(500);
            }
            stop.accept(child);
            if (!before) {
                reader.start();
            }
            if (!child.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("does not end");
            }
            reader.join(5000);
            return "exit " + child.exitValue() + ", " + (Files.exists(file) ? "saved" : "nothing saved") + ", read: " + String.join(", ", read);
        } finally {
            child.toHandle().destroyForcibly();
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
# On SIGTERM it says so, takes its time and saves what it has.
cat > child.sh <<'SH'
finish() {
  echo ending
  sleep 0.5
  echo saving
  sleep 0.5
  touch saved
  exit 0
}
trap finish TERM
echo ready
for ((i = 0; i < 600; i++)); do sleep 0.05; done
SH
timeout 120 java Main.java
