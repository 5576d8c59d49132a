"""A release as its user gets it: the tarball and the Debian package of what `./hearth build` built, unpacked where no Java is."""
import base64
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
MOST_MEGABYTES = 130


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=900, **options)
    if done.returncode:
        raise AssertionError("%s ended with %d:\n%s%s" % (command[0], done.returncode, done.stdout, done.stderr))
    return done.stdout


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        debian = shutil.which("dpkg-deb") is not None
        made = run(REPOSITORY / "hearth", "package", *([] if debian else ["--tarball"])).split()
        cls.tarball = Path(made[0])
        cls.deb = Path(made[1]) if debian else None
        with tarfile.open(cls.tarball) as tar:
            cls.names = tar.getnames()
            tar.extractall(cls.folder / "unpacked", filter="tar") if hasattr(tarfile, "tar_filter") else tar.extractall(cls.folder / "unpacked")
        (cls.folder / "unpacked" / cls.names[0]).rename(cls.folder / "hearth")
        cls.home = cls.folder / "home"
        cls.home.mkdir()

    def environment(self, **more):
        # No JAVA_HOME, and no Java on the path.
        return {"PATH": "/usr/sbin:/sbin:/bin:%s" % self.path_without_java(), "HOME": str(self.home), **more}

    def path_without_java(self):
        tools = self.folder / "tools"
        if not tools.exists():
            tools.mkdir()
            for tool in Path("/usr/bin").iterdir():
                if not re.match(r"j(ava|lin|ar|de|s|m|f|d|r|p|h|i|u)|keytool|rmi|serial", tool.name):
                    (tools / tool.name).symlink_to(tool)
        return tools

    def test_are_small_enough_to_download(self):
        for package in filter(None, (self.tarball, self.deb)):
            self.assertLess(package.stat().st_size, MOST_MEGABYTES * 1_000_000)

    def test_belong_to_nobody_and_are_changed_by_nobody(self):
        with tarfile.open(self.tarball) as tar:
            for member in tar.getmembers():
                self.assertEqual((member.uid, member.gid), (0, 0), member.name)
                if not member.issym():
                    self.assertEqual(member.mode & 0o022, 0, member.name)
                    self.assertEqual(member.mode & 0o444, 0o444, member.name)

    def test_start_with_their_own_java_and_its_cache_wherever_they_are_unpacked(self):
        # With this option a Java whose cache does not fit does not start.
        said = run(self.folder / "hearth/bin/hearth", "version", env=self.environment(HEARTH_JAVA_OPTIONS="-XX:AOTMode=on"))

        self.assertRegex(said, r"^Hearth \d+\.\d+\.\d+ on Java 2[5-9]")

    def test_serve_a_first_invocation(self):
        begun = time.monotonic()
        with open(self.folder / "log", "w+") as log:
            server = subprocess.Popen([self.folder / "hearth/bin/hearth", "up", "--port", "0"], env=self.environment(), stdout=log, stderr=log)
            self.addCleanup(server.kill)
            endpoint = self.wait_for(lambda: re.search(r"ready at (http://\S+)", self.text(log)), server, log).group(1)
            ready = time.monotonic() - begun
            answer = self.first_invocation(endpoint)
            invoked = time.monotonic() - begun
            server.send_signal(signal.SIGTERM)

            self.assertEqual(server.wait(60), 143)
        self.assertEqual(answer, {"hello": "world"})
        print("release: %.1f MB, ready after %.2f s, first function made and invoked after %.2f s" %
              (self.tarball.stat().st_size / 1e6, ready, invoked))

    def test_have_all_that_clients_of_other_services_need(self):
        with open(self.folder / "bucket.log", "w+") as log:
            server = subprocess.Popen(
                [self.folder / "hearth/bin/hearth", "up", "--port", "0", "--objects", "s3://packages?endpoint=http://127.0.0.1:1", "--data", self.folder / "bucket"],
                env=self.environment(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test"), stdout=log, stderr=log)
            self.addCleanup(server.kill)
            endpoint = self.wait_for(lambda: re.search(r"ready at (http://\S+)", self.text(log)), server, log).group(1)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.first_invocation(endpoint)
            refused.exception.close()
            server.send_signal(signal.SIGTERM)
            server.wait(60)
        # Nobody is there, and nothing else is wrong.
        self.assertIn("it does not answer", self.text(log))

    def text(self, log):
        return Path(log.name).read_text()

    def wait_for(self, condition, server, log):
        end = time.monotonic() + 120
        while time.monotonic() < end and server.poll() is None:
            found = condition()
            if found:
                return found
            time.sleep(0.02)
        self.fail("it is not ready:\n" + self.text(log))

    def first_invocation(self, endpoint):
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as zip:
            zip.writestr("app.py", "def handler(event, context):\n    return {'hello': event['name']}\n")
        runtime = "python%d.%d" % tuple(map(int, run("/usr/bin/python3", "-c", "import sys; print(*sys.version_info[:2])").split()))
        self.ask(endpoint + "/2015-03-31/functions", {
            "FunctionName": "hello", "Runtime": runtime, "Handler": "app.handler", "Role": "arn:aws:iam::000000000000:role/any",
            "Code": {"ZipFile": base64.b64encode(package.getvalue()).decode()}})
        return self.ask(endpoint + "/2015-03-31/functions/hello/invocations", {"name": "world"})

    def ask(self, url, body):
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"}), timeout=60) as answer:
            return json.load(answer)

    def unpacked_deb(self):
        if self.deb is None:
            self.skipTest("there is no dpkg-deb here")
        root = self.folder / "deb"
        if not root.exists():
            run("dpkg-deb", "-R", self.deb, root)
        return root

    def test_the_debian_package_starts_from_where_it_is_installed(self):
        said = run(self.unpacked_deb() / "usr/bin/hearth", "version", env=self.environment(HEARTH_JAVA_OPTIONS="-XX:AOTMode=on"))

        self.assertIn("Hearth", said)

    def test_the_debian_packages_own_scripts_are_sound(self):
        for script in ("postinst", "prerm", "postrm"):
            run("sh", "-n", self.unpacked_deb() / "DEBIAN" / script)

    def test_the_service_is_one_that_systemd_understands(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("there is no systemd-analyze here")
        root = self.unpacked_deb()
        unit = (root / "lib/systemd/system/hearth.service").read_text()
        (self.folder / "hearth.service").write_text(unit.replace("/usr/lib/hearth", str(root / "usr/lib/hearth")))

        checked = subprocess.run(["systemd-analyze", "verify", "--man=no", self.folder / "hearth.service"], capture_output=True, text=True)

        self.assertEqual([line for line in checked.stderr.splitlines() if "hearth.service" in line], [])

    def test_the_manual_has_every_command(self):
        if not shutil.which("man"):
            self.skipTest("there is no man here")
        page = self.folder / "hearth/share/man/man1/hearth.1"

        shown = run("man", "--warnings=all", "-l", page, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})

        for command in re.findall(r"^  ([a-z]+)", run(self.folder / "hearth/bin/hearth", "help", env=self.environment()), re.M):
            if command not in ("verify", "test", "bench", "build", "package"):
                self.assertIn("hearth " + command, shown)


if __name__ == "__main__":
    unittest.main()
