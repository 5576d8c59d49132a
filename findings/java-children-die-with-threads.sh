#!/usr/bin/env bash
# Temurin 25.0.3 (JDK 25) on Linux, with util-linux 2.38.1's setpriv (bubblewrap's --die-with-parent and others' likewise).
#
# Guess: a child that is to die with its parent (PR_SET_PDEATHSIG) dies with the JVM, whichever thread started it; Java knows no other parent of a process.
# Behaviour: to the kernel the parent is the thread that was in start(), and its end is the parent's. That of a virtual thread is the carrier that it was on at that moment: the child lives on when the virtual thread has ended,
# and dies when its carrier has had nothing to do for half a minute, also if the virtual thread is still there.
#   started by a thread that stays: runs
#   started by a thread that ends: killed by signal 9
#   started by a virtual thread that ends, after 3 s: runs
#   the same, within the next 90 s, without work for virtual threads: killed by signal 9
#   started by a virtual thread that goes on, within 90 s: killed by signal 9
# Why it matters: sandboxes are started with this so that none outlives its server. Started from a request's thread or a pool they are killed by nobody, while the server is well: after a minute of quiet, never under load, and
# with a status that looks like want of memory. prctl(2) tells of threads, but Java's code shows none. Start such children from one platform thread that never ends.
#
# Needs a JDK 25, by JAVA_HOME or in /usr/lib/jvm, and setpriv; where they are missing it says so and exits with 0. Nothing listens; some two minutes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! setpriv --help 2>&1 | grep -q -e --pdeathsig; then
  echo "no setpriv that knows --pdeathsig"
  exit 0
fi
java_home=${JAVA_HOME:-$(ls -d /usr/lib/jvm/*25* 2>/dev/null | head -1 || true)}
if ! "$java_home/bin/java" -version 2>&1 | grep -q '"25\.'; then
  echo "no JDK 25 by JAVA_HOME or in /usr/lib/jvm"
  exit 0
fi
cat > Main.java <<'JAVA'
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

public class Main {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        var stays = new Start(true);
        Thread.ofPlatform().daemon().start(stays);
        expect("started by a thread that stays", stays.afterSeconds(3), "runs");
        stays.child.destroyForcibly();

        var ends = new Start(false);
        Thread.ofPlatform().start(ends).join();
        expect("started by a thread that ends", ends.afterSeconds(3), "killed by signal 9");
        ends.child.destroyForcibly();

        var virtual = new Start(false);
        Thread.ofVirtual().start(virtual).join();
        expect("started by a virtual thread that ends, after 3 s", virtual.afterSeconds(3), "runs");
        expect("the same, within the next 90 s, without work for virtual threads", virtual.afterSeconds(90), "killed by signal 9");
        virtual.child.destroyForcibly();

        var waiting = new Start(true);
        Thread.ofVirtual().start(waiting);
        expect("started by a virtual thread that goes on, within 90 s", waiting.afterSeconds(90), "killed by signal 9");
        waiting.child.destroyForcibly();
        System.exit(same ? 0 : 1);
    }

    static class Start implements Runnable {
        final boolean stay;
        final CountDownLatch started = new CountDownLatch(1);
        volatile Process child;

        Start(boolean stay) {
            this.stay = stay;
        }

        @Override
        public void run() {
            try {
                child = new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "sleep", "200").start();
                // Until setpriv has made itself the other program.
                Thread.sleep(1000);
                started.countDown();
                if (stay) {
                    Thread.sleep(300_000);
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        String afterSeconds(int seconds) throws InterruptedException {
            started.await();
            if (!child.waitFor(seconds, TimeUnit.SECONDS)) {
                return "runs";
            }
            return child.exitValue() > 128 ? "killed by signal " + (child.exitValue() - 128) : "exit " + child.exitValue();
        }
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
timeout 280 "$java_home/bin/java" Main.java
