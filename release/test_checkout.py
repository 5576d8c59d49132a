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
        self.environment.pop("HEARTH_JAVA_OPTIONS", None)

    def hearth(self, *words):
        return subprocess.run([self.folder / "hearth", *words], env=self.environment, capture_output=True, text=True, timeout=120)

    def up(self):
        server = subprocess.Popen([self.folder / "hearth", "up"], env=self.environment, text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(server.kill)
        return server, server.stdout.readline().strip()

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

    def test_two_at_once_build_once(self):
        both = [threading.Thread(target=self.hearth, args=("build",)) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()

        self.assertEqual(self.builds(), 1)
        self.assertEqual(self.hearth("version").stdout.strip(), "build 1 runs version")


if __name__ == "__main__":
    unittest.main()
