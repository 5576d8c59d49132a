#!/usr/bin/env bash
# Temurin 25.0.3 (JDK 25), Linux.
#
# Guess: where a virtual thread blocks in a file its scheduler makes up for the carrier that is kept, as tried at once it does; so what child processes print can be read on virtual threads,
# one for each child, for as long as they run.
# Behaviour: the carrier that is added is taken away again when it had nothing to do for half a minute, and none is added afterwards. With as many silent children as the scheduler has carriers
# no other virtual thread of the process runs from then on, until a child says something; platform threads do.
#   2 readers of silent children on 2 carriers, after 1 s: another virtual thread runs
#   2 readers of silent children on 2 carriers, after 45 s: another virtual thread does not run within 3 s
#   1 reader of a silent child on 2 carriers, after 45 s: another virtual thread runs
#   2 readers on platform threads, after 45 s: another virtual thread runs
# Why it matters: a program that starts servers and follows their output on virtual threads works in every short test, and stands still later without a word, on machines of few processors
# alone. A thread dump shows runnable virtual threads without frames. Read pipes of processes on platform threads.
#
# Nothing listens; a minute.
set -euo pipefail
java_home=${JAVA_HOME:-$(ls -d /usr/lib/jvm/*25* | head -1)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > Main.java <<'J'
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

public class Main {
    public static void main(String[] arguments) throws Exception {
        int readers = Integer.parseInt(arguments[0]);
        boolean virtual = arguments[1].equals("virtual");
        int seconds = Integer.parseInt(arguments[2]);
        var children = new ArrayList<Process>();
        for (int i = 0; i < readers; i++) {
            var child = new ProcessBuilder("sleep", "60").start();
            children.add(child);
            Runnable read = () -> {
                try {
                    child.getInputStream().read();
                } catch (IOException e) {
                    // The child has ended.
                }
            };
            if (virtual) {
                Thread.startVirtualThread(read);
            } else {
                Thread.ofPlatform().daemon().start(read);
            }
        }
        TimeUnit.SECONDS.sleep(seconds);
        var ran = new CountDownLatch(1);
        Thread.startVirtualThread(ran::countDown);
        boolean runs = ran.await(3, TimeUnit.SECONDS);
        children.forEach(Process::destroyForcibly);
        System.out.println(runs ? "runs" : "does not run within 3 s");
    }
}
J
"$java_home/bin/javac" Main.java
expect() { # NAME, EXPECTED, and the arguments
  local name=$1 expected=$2 said
  shift 2
  said=$(timeout 90 "$java_home/bin/java" -Djdk.virtualThreadScheduler.parallelism=2 Main "$@")
  echo "$name: another virtual thread $said"
  [[ $said == "$expected" ]]
}
waiting=()
expect '2 readers of silent children on 2 carriers, after 1 s' 'runs' 2 virtual 1 & waiting+=($!)
expect '2 readers of silent children on 2 carriers, after 45 s' 'does not run within 3 s' 2 virtual 45 & waiting+=($!)
expect '1 reader of a silent child on 2 carriers, after 45 s' 'runs' 1 virtual 45 & waiting+=($!)
expect '2 readers on platform threads, after 45 s' 'runs' 2 platform 45 & waiting+=($!)
for one in "${waiting[@]}"; do wait "$one"; done
