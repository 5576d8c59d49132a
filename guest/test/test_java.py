"""AWS's Java client as this module ships it, with every JVM that this host has."""

import glob
import os
import platform
import shutil
import subprocess
import tempfile
import unittest

import interpreters
from runtime_process import GUEST
from runtime_test import for_each

JAVA = os.path.join(GUEST, "target", "guest", "java")
NATIVE = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI"

SOURCE = """
import com.amazonaws.services.lambda.runtime.*;
import java.io.*;
import java.util.*;

public class Main implements RequestHandler<Map<String, Object>, Object> {
    public Object handleRequest(Map<String, Object> event, Context context) {
        System.out.println("printed");
        context.getLogger().log("two\\nlines");
        if (event.containsKey("fail")) throw new IllegalStateException((String) event.get("fail"));
        if (event.containsKey("exit")) System.exit(3);
        Map<String, Object> answer = new HashMap<>();
        answer.put("event", event);
        answer.put("id", context.getAwsRequestId());
        answer.put("heap", Runtime.getRuntime().maxMemory() >> 20);
        return answer;
    }

    public void stream(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) out.write(buffer, 0, read);
    }
}
"""


def setUpModule():
    global classes
    if not glob.glob(os.path.join(JAVA, "hearth-java-runtime.jar")):
        raise unittest.SkipTest("target/guest is not built: mvn -pl guest compile")
    compilers = [interpreters.java(version) for version in ("17", "21", "25")]
    compilers = [os.path.join(os.path.dirname(java), "javac") for java in compilers if java]
    compilers = [javac for javac in compilers if os.access(javac, os.X_OK)]
    if not compilers:
        raise unittest.SkipTest("there is no javac on this host")
    classes = tempfile.mkdtemp(prefix="hearth-guest-test-")
    with open(os.path.join(classes, "Main.java"), "w") as source:
        source.write(SOURCE)
    command = [compilers[0], "--release", "8", "-Xlint:-options", "-cp", os.path.join(JAVA, "*"), "-d", classes, source.name]
    subprocess.run(command, check=True)
    unittest.addModuleCleanup(shutil.rmtree, classes)


class _Java:
    def command(self):
        native = "libaws-lambda-jni.linux-%s.so" % {"arm64": "aarch_64", "aarch64": "aarch_64"}.get(
            platform.machine(), "x86_64"
        )
        modules = ["--add-opens=java.base/java.io=ALL-UNNAMED"]
        newer = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
        return (
            [self.interpreter]
            + (["-XX:+IgnoreUnrecognizedVMOptions"] if int(self.version) < 13 else [])
            + ["-XX:MaxHeapSize=222822k", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=1"]
            + ["-XX:+ErrorFileToStderr"]
            + (modules if int(self.version) >= 9 else [])
            + (newer if int(self.version) >= 24 else [])
            + ["-Djava.net.preferIPv4Stack=true", "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac"]
            + ["-D%s=%s/jni/%s" % (NATIVE, JAVA, native)]
            + ["-cp", JAVA + "/*", "hearth.guest.JavaRuntime"]
        )

    def start_main(self, handler, place="", **options):
        with open(os.path.join(classes, "Main.class"), "rb") as compiled:
            return self.start({place + "Main.class": compiled.read()}, handler, **options)

    def test_answers(self):
        runtime = self.start_main("Main::handleRequest")
        invocation = runtime.invoke({"a": "ü"})

        result = invocation.result()

        self.assertEqual((result["event"], result["id"]), ({"a": "ü"}, invocation.request_id))
        self.assertTrue(190 <= result["heap"] <= 218, result["heap"])
        self.assertEqual(runtime.invoke({"b": 1}).result()["event"], {"b": 1})
        self.assertEqual(runtime.stdout(), "printed\nprinted\n")
        self.assertEqual([(frame.kind, frame.text) for frame in runtime.frames()], [(0xA55A0003, "two\nlines")] * 2)
        self.assertEqual(runtime.stderr(), "")

    def test_answers_streams_of_six_megabytes(self):
        runtime = self.start_main("Main::stream")
        event = "x" * (6 * 1024 * 1024 - 2)

        self.assertEqual(runtime.invoke(event).result(), event)

    def test_tells_what_a_handler_threw(self):
        runtime = self.start_main("Main")

        error = runtime.invoke({"fail": "no"}).error()

        self.assertEqual(list(error), ["errorMessage", "errorType", "stackTrace"])
        self.assertEqual((error["errorMessage"], error["errorType"]), ("no", "java.lang.IllegalStateException"))
        self.assertTrue(error["stackTrace"][0].startswith("Main.handleRequest(Main.java:"), error)

    def test_tells_of_a_class_that_is_not_there(self):
        error = self.start_main("Lost").invoke({}).error()

        expected = ("Class not found: Lost", "java.lang.ClassNotFoundException")
        self.assertEqual((error["errorMessage"], error["errorType"]), expected)

    def test_ends_with_the_function(self):
        runtime = self.start_main("Main")
        runtime.invoke({"exit": True})

        self.assertEqual(runtime.exit_status(), 3)

    def test_writes_nothing_to_tmp(self):
        library = "/tmp/.libaws-lambda-jni.so"
        before = os.path.exists(library)
        self.start_main("Main").invoke({}).result()

        self.assertEqual(os.path.exists(library), before)


for_each(["8", "11", "17", "21", "25"], interpreters.java, _Java, globals())
