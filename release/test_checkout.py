"""How a checkout's `hearth` builds and runs: with the real script and a real Java, and a Maven that makes a small program at once."""
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

MAIN = """package hearth.server.cli;
import java.nio.file.*;
public class Main {
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("rehearse")) return;
        System.out.println("build NUMBER runs " + String.join(" ", arguments));
        if (!arguments[0].equals("up")) return;
        System.in.read();
        Path guest = Path.of(System.getProperty("hearth.guest"));
        System.out.println(Files.readString(guest.resolve("launcher")).strip());
    }
}
"""

MAVEN = """#!/usr/bin/env bash
# Makes the program anew, and counts how often.
set -e
number=$(($(cat builds 2>/dev/null || echo 0) + 1))
echo "$number" >builds
[[ ! -e broken ]] || { echo "[ERROR] broken"; exit 1; }
mkdir -p server/target/dist/lib server/target/classes guest/target/guest
echo "launcher of build $number" >guest/target/guest/launcher
sed "s/NUMBER/$number/" Main.java.in >server/target/Main.java
"$JAVA_HOME/bin/javac" -d server/target/classes server/target/Main.java
"$JAVA_HOME/bin/jar" cf server/target/dist/lib/server.jar -C server/target/classes .
"""


class CheckoutTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for path in ("hearth", "server/src/main/dist"):
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (REPOSITORY / path).is_dir() else shutil.copy
            copy(REPOSITORY / path, self.folder / path)
        (self.folder / "pom.xml").write_text("<project/>")
        (self.folder / "Main.java.in").write_text(MAIN)
        (self.folder / "guest").mkdir()
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "mvn").write_text(MAVEN)
        (tools / "mvn").chmod(0o755)
        self.environment = {**os.environ, "PATH": "%s:%s" % (tools, os.environ["PATH"]), "HEARTH_INSTALL": "no"}
        for name in ("HEARTH_JAVA_OPTIONS", "HEARTH_AS_BUILT"):
            self.environment.pop(name, None)

    def hearth(self, *words):
        return subprocess.run([self.folder / "hearth", *words], env=self.environment, capture_output=True, text=True, timeout=120)

    def up(self):
        server = subprocess.Popen([self.folder / "hearth", "up"], env=self.environment, text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(server.kill)
        return server, server.stdout.readline().strip()

    def jar(self):
        return (self.folder / "target" / "current").resolve() / "lib" / "server.jar"

    def edit(self):
        # Later than the last build by more than the file system's clock can blur.
        ahead = time.time() + 0.05
        while time.time() < ahead:
            (self.folder / "pom.xml").write_text("<project/>")

    def builds(self):
        return int((self.folder / "builds").read_text()) if (self.folder / "builds").exists() else 0

    def folders(self):
        return len(list((self.folder / "target" / "builds").iterdir()))

    def test_a_command_of_a_checkout_that_was_never_built_says_how_to_build_it(self):
        asked = self.hearth("logs", "hello")

        self.assertEqual(asked.returncode, 1)
        self.assertIn("./hearth build", asked.stderr)
        self.assertEqual(self.builds(), 0)

    def test_other_commands_run_what_was_built_last_however_much_was_edited(self):
        self.hearth("build")
        self.edit()

        for command in ("logs", "keys", "runtimes", "doctor", "status", "stop", "version"):
            self.assertEqual(self.hearth(command).stdout.strip(), "build 1 runs " + command)
        self.assertEqual(self.builds(), 1)

    def test_a_heap_that_is_too_small_to_start_with_is_refused_by_name(self):
        self.hearth("build")
        for options in ("-Xmx8m", "-Xms8m -Xmx8m", "-Xmx64m -XX:MaxHeapSize=16777215", "-Xmx08000k"):
            self.environment["HEARTH_JAVA_OPTIONS"] = options

            asked = self.hearth("version")

            self.assertEqual(asked.returncode, 1, options)
            self.assertIn(options.split()[-1] + " in HEARTH_JAVA_OPTIONS is too little", asked.stderr)
            self.assertIn("-Xmx16m", asked.stderr)
        for options in ("-Xmx16m", "-Xmx8m -Xmx64M", "-XX:MaxHeapSize=16777216", "-Dx=-Xmx8m"):
            self.environment["HEARTH_JAVA_OPTIONS"] = options
            self.assertEqual(self.hearth("version").stdout.strip(), "build 1 runs version", options)

    def test_what_has_not_changed_is_not_built_again(self):
        self.hearth("build")

        self.hearth("build")

        self.assertEqual(self.builds(), 1)

    def test_a_server_keeps_its_files_however_often_others_are_built(self):
        server, said = self.up()
        self.assertEqual(said, "build 1 runs up")
        for _ in range(3):
            self.edit()
            self.assertEqual(self.hearth("build").returncode, 0)
        self.assertEqual(self.builds(), 4)

        rest, _ = server.communicate("\n", timeout=60)

        self.assertEqual(rest.strip(), "launcher of build 1")

    def test_builds_that_nobody_runs_go_but_for_the_last_one_before(self):
        for _ in range(4):
            self.edit()
            self.hearth("build")

        self.assertEqual(self.builds(), 4)
        self.assertEqual(self.folders(), 2)

    def test_a_build_that_fails_leaves_the_last_one_in_place(self):
        self.hearth("build")
        self.edit()
        (self.folder / "broken").touch()

        failed = self.hearth("build")

        self.assertEqual(failed.returncode, 1)
        self.assertIn("broken", failed.stderr)
        self.assertEqual(self.hearth("version").stdout.strip(), "build 1 runs version")
        self.assertEqual(self.folders(), 1)

    def test_a_jar_that_took_the_place_of_another_is_what_runs_whatever_its_date(self):
        self.hearth("build")
        first = self.jar()
        self.edit()
        self.hearth("build")
        self.assertEqual(self.hearth("version").stdout.strip(), "build 2 runs version")
        self.assertNotIn("preparing quick starts", self.hearth("version").stderr)

        # As from an archive: older than the cache.
        shutil.copy(first, self.jar())
        os.utime(self.jar(), (1, 1))
        told = self.hearth("version")

        self.assertEqual(told.stdout.strip(), "build 1 runs version")
        self.assertIn("preparing quick starts", told.stderr)
        self.assertNotIn("preparing quick starts", self.hearth("version").stderr)

    def test_a_jar_more_is_not_hidden_by_the_cache(self):
        self.hearth("build")
        first = self.jar()
        self.edit()
        self.hearth("build")
        self.hearth("version")

        shutil.copy(first, self.jar().with_name("a.jar"))

        self.assertEqual(self.hearth("version").stdout.strip(), "build 1 runs version")

    def test_two_at_once_build_once(self):
        both = [threading.Thread(target=self.hearth, args=("build",)) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()

        self.assertEqual(self.builds(), 1)
        self.assertEqual(self.hearth("version").stdout.strip(), "build 1 runs version")


# A library that starts JUnit and one of annotations, as far as `./hearth test` needs them: tests are not run but told.
CONSOLE = """package org.junit.platform.console;
public class ConsoleLauncher {
    public static void main(String[] arguments) {
        System.out.println(String.join(" ", arguments) + " a=" + System.getProperty("a") + " " + demo.Greeting.said());
        System.exit(Integer.getInteger("status", 0));
    }
}
"""

ANNOTATION = """package org.jspecify.annotations;
public @interface NullMarked {}
"""

DESCRIBING_MAVEN = """#!/usr/bin/env bash
set -e
echo "$*" >>asked
for module in app lib dev; do
  mkdir -p $module/target
  echo "$PWD/libraries" >$module/target/test-classpath
done
echo "$PWD/lib/target/classes:$PWD/libraries" >app/target/test-classpath
"""


class TestCommandTest(unittest.TestCase):
    """`./hearth test`, with two small modules and a Maven that only describes them."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(REPOSITORY / "hearth", self.folder)
        shutil.copytree(REPOSITORY / "dev/src/main", self.folder / "dev/src/main")
        shutil.copy(REPOSITORY / "dev/java.options", self.folder / "dev")
        for module in ("", "app", "lib", "dev"):
            self.write(module + "/pom.xml", "<project/>")
        self.write("model/src/generator/none", "")
        self.write("model/src/main/resources/none", "")
        self.write("tools/mvn", DESCRIBING_MAVEN)
        (self.folder / "tools/mvn").chmod(0o755)
        self.write("libraries/ConsoleLauncher.java", CONSOLE)
        self.write("libraries/NullMarked.java", ANNOTATION)
        self.write("lib/src/main/java/demo/Greeting.java", self.greeting("hello"))
        self.write("app/src/test/java/demo/AppTest.java", "package demo; class AppTest { String said = Greeting.said(); }")
        self.environment = {**os.environ, "PATH": "%s:%s" % (self.folder / "tools", os.environ["PATH"]), "HEARTH_INSTALL": "no"}
        java = self.environment.get("JAVA_HOME")
        subprocess.run([Path(java or "/usr") / "bin/javac", "-d", "libraries", "libraries/ConsoleLauncher.java",
                        "libraries/NullMarked.java", "lib/src/main/java/demo/Greeting.java"], cwd=self.folder, check=True)
        shutil.rmtree(self.folder / "libraries/demo")

    def write(self, path, text):
        file = self.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def greeting(self, said):
        return 'package demo; public class Greeting { public static String said() { return "%s"; } }' % said

    def run_tests(self, *words):
        return subprocess.run([self.folder / "hearth", "test", *words], env=self.environment, capture_output=True, text=True, timeout=120)

    def asked(self):
        return (self.folder / "asked").read_text().splitlines()

    def test_asks_maven_once_and_compiles_what_is_edited(self):
        first = self.run_tests("app", "AppTest")
        self.write("lib/src/main/java/demo/Greeting.java", self.greeting("good morning"))
        asked = self.asked()

        second = self.run_tests("app", "AppTest", "-Da=b")

        self.assertIn("--select-class=demo.AppTest", first.stdout, first.stderr)
        self.assertIn("a=null hello", first.stdout)
        self.assertIn("a=b good morning", second.stdout)
        self.assertEqual(second.stderr.strip(), "compiled 1 of lib")
        self.assertEqual(self.asked(), asked)

    def test_asks_maven_again_when_a_pom_has_changed(self):
        self.run_tests("app", "AppTest")
        asked = len(self.asked())
        time.sleep(0.05)
        self.write("lib/pom.xml", "<project></project>")

        self.run_tests("app", "AppTest")

        self.assertEqual(len(self.asked()), asked + 1)
        self.assertIn("dependency:build-classpath", self.asked()[-1])

    def test_ends_as_the_tests_did(self):
        self.assertEqual(self.run_tests("app", "-Dstatus=0").returncode, 0)
        self.assertEqual(self.run_tests("app", "-Dstatus=3").returncode, 3)

    def test_runs_nothing_that_does_not_compile(self):
        self.write("app/src/test/java/demo/AppTest.java", "package demo; class AppTest { int said = Greeting.said(); }")

        refused = self.run_tests("app", "AppTest")

        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("AppTest.java:1: error: incompatible types", refused.stderr)

    def test_says_what_there_is_instead_of_what_there_is_not(self):
        self.assertIn("there is no module 'ap'; there are: app dev lib", self.run_tests("ap").stderr)
        self.assertIn("there is no test class 'App' in app; similar: AppTest", self.run_tests("app", "App").stderr)


if __name__ == "__main__":
    unittest.main()
