#!/usr/bin/env bash
# Temurin 25.0.3 (JDK 25): -XX:+UseSerialGC, -XX:MinHeapFreeRatio, -XX:MaxHeapFreeRatio.
#
# Guess: a small heap (-Xms16m) of which little is in use stays small: the old generation is collected when it is full, and grows only if too little of it is free afterwards (MinHeapFreeRatio), as
# the manual of `java` has it ("to expand the heap after a GC to avoid an excessively expanding heap").
# Behaviour: the serial collector grows the old generation by whatever a young collection moves there, and collects it whole for the first time when the heap is as large as it may be, a
# quarter of the host's memory by default. Garbage that lived for some seconds, such as what is held while a request waits, fills gigabytes, with 4 MiB in use. Neither ratio matters until then.
#   serial, -Xmx256m: more than 200 MiB before the first whole collection, 4 MiB in use
#   serial, -Xmx768m: more than 600 MiB before the first whole collection, 4 MiB in use
#   the same, ratios of 10 and 20: more than 600 MiB before the first whole collection, 4 MiB in use
# Why it matters: the JVM takes this collector by itself on hosts with one processor or less than 2 GiB, and small servers, sidecars and functions choose it for its size; how much memory such a process
# has depends on the limit, not on the use. Give it an -Xmx, or call System.gc() when the heap has doubled.
#
# Needs a JDK 25, by JAVA_HOME or in /usr/lib/jvm; where there is none, it says so and exits with 0. Nothing listens; a minute, below 800 MiB.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
tools=${JAVA_HOME:-$(ls -d /usr/lib/jvm/*25* 2>/dev/null | head -1 || true)}/bin
if ! "$tools/java" -version 2>&1 | grep -q '"25\.'; then
  echo "no JDK 25 by JAVA_HOME or in /usr/lib/jvm"
  exit 0
fi
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS

cat > Waits.java <<'JAVA'
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.ArrayDeque;

public class Waits {
    /// Holds 4 MiB at any time, each KiB of it for as long as 4 MiB more take to come, and says how large the heap was
    /// before it was first collected whole, or ever while 1,500 MiB came.
    public static void main(String[] arguments) {
        var whole = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(one -> one.getName().equals("MarkSweepCompact"))
                .findFirst();
        var held = new ArrayDeque<byte[]>();
        long most = 0;
        for (int i = 0; i < 1_500_000; i++) {
            held.add(new byte[1024]);
            if (held.size() > 4096) {
                held.remove();
            }
            if (i % 1000 == 0) {
                if (whole.isPresent() && whole.get().getCollectionCount() > 0) {
                    break;
                }
                most = Math.max(most, Runtime.getRuntime().totalMemory());
            }
        }
        System.out.println(most >> 20);
    }
}
JAVA
"$tools/javac" -d . Waits.java

failed=0
heap() { # NAME COMPARISON MIB OPTIONS
  local name=$1 comparison=$2 bound=$3 most
  shift 3
  most=$(timeout 120 "$tools/java" -Xms16m -XX:NewSize=8m -XX:MaxNewSize=8m "$@" -cp . Waits)
  echo "$name: $most MiB"
  [ "$most" "$comparison" "$bound" ] || failed=1
}
heap "serial, -Xmx256m" -gt 200 -XX:+UseSerialGC -Xmx256m
heap "serial, -Xmx768m" -gt 600 -XX:+UseSerialGC -Xmx768m
heap "the same, ratios of 10 and 20" -gt 600 -XX:+UseSerialGC -Xmx768m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20
exit $failed
