#!/usr/bin/env bash
# Temurin 25.0.3 (JDK 25): -XX:AOTCacheOutput, -XX:AOTCache.
#
# Guess: an AOT cache is for one class path, as the manual of `java` says: if a jar has been replaced since, the cache is not used, as a CDS archive is not ("timestamp has changed"); with
# -XX:AOTMode=on the JVM refuses to start.
# Behaviour: the jars are not looked at. What was loaded in the training run is loaded from the cache, whatever the class path holds by now: the old classes run, without a word and with exit status 0,
# in AOTMode=on as well, when the jar is new, when another one stands before it, and when there is none.
#   the jar as it was: version 1
#   the jar replaced by one of version 2: version 1
#   the same, -XX:AOTMode=on: version 1
#   the jar replaced, no cache: version 2
#   the jar replaced, a CDS archive of version 1: version 2
#   a jar of version 2 before it: version 1
#   no jar at all: version 1
# Why it matters: a function's package or a server's jar that is updated beside a cache, by a volume, a layer of an image or a package manager, goes on as it was, security fixes included, and only classes that the
# training run did not need are new: two versions in one process. Remove the cache wherever jars are put, or name it by a hash of them.
#
# Needs a JDK 25, by JAVA_HOME or in /usr/lib/jvm; where there is none, it says so and exits with 0. Nothing listens; half a minute.
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

for version in 1 2; do
  mkdir "source$version"
  cat > "source$version/Main.java" <<JAVA
public class Main {
    public static void main(String[] arguments) {
        System.out.println("version " + Part.version());
    }
}

class Part {
    static int version() {
        return $version;
    }
}
JAVA
  "$tools/javac" -d "classes$version" "source$version/Main.java"
  "$tools/jar" --create --file "v$version.jar" -C "classes$version" .
done
# Another time and another size, too.
echo more > more.txt
"$tools/jar" --update --file v2.jar more.txt
touch -d '2026-11-01 12:00:00' v2.jar

failed=0
expect() {
  local name=$1 expected=$2
  shift 2
  local said
  said=$(timeout 60 "$tools/java" "$@" 2>&1) || said="exit $?: $said"
  echo "$name: $said"
  [ "$said" = "$expected" ] || failed=1
}

cp v1.jar app.jar
timeout 120 "$tools/java" -XX:AOTCacheOutput=app.aot -cp app.jar Main > training.log 2>&1
timeout 120 "$tools/java" -XX:ArchiveClassesAtExit=app.jsa -cp app.jar Main > training.log 2>&1
expect 'the jar as it was' 'version 1' -XX:AOTCache=app.aot -cp app.jar Main
cp -p v2.jar app.jar
expect 'the jar replaced by one of version 2' 'version 1' -XX:AOTCache=app.aot -cp app.jar Main
expect 'the same, -XX:AOTMode=on' 'version 1' -XX:AOTCache=app.aot -XX:AOTMode=on -cp app.jar Main
expect 'the jar replaced, no cache' 'version 2' -cp app.jar Main
expect 'the jar replaced, a CDS archive of version 1' 'version 2' -Xlog:disable -XX:SharedArchiveFile=app.jsa -cp app.jar Main
cp v1.jar app.jar
expect 'a jar of version 2 before it' 'version 1' -XX:AOTCache=app.aot -cp v2.jar:app.jar Main
rm app.jar
expect 'no jar at all' 'version 1' -XX:AOTCache=app.aot -cp app.jar Main
exit $failed
