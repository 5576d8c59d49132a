"""The Python runtime, with every Python that this host has."""

import json
import os
import re
import tempfile

import interpreters
from fake_runtime_api import Manners
from runtime_process import GUEST
from runtime_test import for_each

ECHO = "def handler(event, context):\n    return event\n"
NBSP = "\u00a0"


class _Python:
    sdk = None

    def command(self):
        sdk = ["-X", "hearth_sdk=" + self.sdk] if self.sdk else []
        return [self.interpreter, "-S", "-u"] + sdk + [os.path.join(GUEST, "python", "bootstrap.py")]

    def run_handler(self, body, **options):
        """Starts a function with this text as its handler's body."""
        lines = "".join("    %s\n" % line for line in body.splitlines())
        return self.start({"main.py": "def handler(event, context):\n" + lines}, "main.handler", **options)

    def minor(self):
        return int(self.version.split(".")[1])

    def with_request_id(self, document, request_id):
        """Adds the key that Python 3.8's errors lack."""
        if self.minor() >= 9:
            document["requestId"] = request_id
        return document

    # AWS's SDK

    def test_finds_the_shared_sdk_after_the_functions_own_and_the_standard_library(self):
        folder = tempfile.TemporaryDirectory(prefix="hearth-guest-test-")
        self.addCleanup(folder.cleanup)
        self.sdk = folder.name
        for name in ("boto3", "botocore", "colorsys"):
            with open(os.path.join(folder.name, name + ".py"), "w") as module:
                module.write("WHOSE = 'the runtime'\n")
        source = (
            "import boto3, botocore, colorsys, subprocess, sys\n"
            "def handler(event, context):\n"
            "    child = subprocess.run([sys.executable, '-c', 'import boto3; print(boto3.WHOSE)'], stdout=subprocess.PIPE)\n"
            "    return [boto3.WHOSE, botocore.WHOSE, hasattr(colorsys, 'WHOSE'), child.stdout.decode(), sys.argv[1:]]\n"
        )
        runtime = self.start({"main.py": source, "botocore.py": "WHOSE = 'the function'\n"}, "main.handler")

        expected = ["the runtime", "the function", False, "the runtime\n", []]
        self.assertEqual(runtime.invoke().result(), expected)

    # Events and results

    def test_answers_and_asks_for_the_next_event_in_one_write(self):
        runtime = self.start({"main.py": ECHO}, "main.handler")

        first = runtime.invoke({"a": [1, 2.5, None, True, "ü"]}).outcome()
        second = runtime.invoke("again").outcome()

        self.assertEqual(first.json(), {"a": [1, 2.5, None, True, "ü"]})
        self.assertEqual(first.headers["content-type"], "application/json")
        self.assertTrue(first.follower_waits)
        self.assertTrue(second.follower_waits)
        self.assertEqual(runtime.api.connections, 1)

    def test_reads_events_with_space_around_them(self):
        runtime = self.start({"main.py": ECHO}, "main.handler")

        self.assertEqual(runtime.invoke(raw=b' \n{"a" : [ 1 , 2 ] }\t\n').result(), {"a": [1, 2]})

    def test_writes_json_as_lambda_does(self):
        runtime = self.run_handler("return {'a': [1, 2.0, None], 'ü': '\\u20ac\\n\"'}")

        expected = '{"a": [1, 2.0, null], "ü": "€\\n\\""}'
        if self.minor() < 12:
            expected = '{"a": [1, 2.0, null], "\\u00fc": "\\u20ac\\n\\""}'
        self.assertEqual(runtime.invoke().outcome().body.decode(), expected)

    def test_writes_null_for_a_handler_that_returns_nothing(self):
        self.assertEqual(self.run_handler("pass").invoke().outcome().body, b"null")

    def test_writes_decimals_bytes_and_named_tuples_in_results(self):
        runtime = self.start(
            {
                "main.py": "import collections, decimal\n"
                "Point = collections.namedtuple('Point', 'x y')\n"
                "def handler(event, context):\n"
                "    number = decimal.Decimal\n"
                "    return [number('1.10'), number('1E+2'), number('nan'), b'caf\\xc3\\xa9',\n"
                "            {'p': Point(1, decimal.Decimal(2)), b'k': (1, 2)}, 'ä\"']\n"
            },
            "main.handler",
        )

        text = runtime.invoke().outcome().body.decode()

        expected = '[1.10, 1E+2, NaN, "café", {"p": {"x": 1, "y": 2}, "k": [1, 2]}, "ä\\""]'
        if self.minor() < 12:
            expected = expected.replace("é", "\\u00e9").replace("ä", "\\u00e4")
        self.assertEqual(text, expected)

    def test_writes_a_named_tuple_alone_as_an_object(self):
        body = "import collections\nreturn collections.namedtuple('P', 'x y')(1, [2])"

        self.assertEqual(self.run_handler(body).invoke().outcome().body, b'{"x": 1, "y": [2]}')

    def test_writes_half_a_surrogate_pair_as_an_escape(self):
        self.assertEqual(self.run_handler("return '\\ud83d!'").invoke().outcome().body, b'"\\ud83d!"')

    def test_passes_bytes_through(self):
        outcome = self.run_handler("return bytes(range(256))").invoke().outcome()

        self.assertEqual(outcome.body, bytes(range(256)))
        self.assertEqual(outcome.headers["content-type"], "application/unknown")

    def test_refuses_results_that_are_not_json(self):
        body = "if event == 'set':\n    return {'a': {1}}\nring = []\nring.append(ring)\nreturn ring"
        runtime = self.run_handler(body)

        of_set = runtime.invoke("set").error()
        of_ring = runtime.invoke("ring").error()

        self.assertEqual(of_set["errorType"], "Runtime.MarshalError")
        message = "Unable to marshal response: Object of type set is not JSON serializable"
        self.assertEqual(of_set["errorMessage"], message)
        self.assertEqual(of_set["stackTrace"], [])
        self.assertEqual(of_ring["errorMessage"], "Unable to marshal response: Circular reference detected")

    def test_refuses_what_an_asynchronous_handler_returns(self):
        runtime = self.start({"main.py": "async def handler(event, context):\n    return 1\n"}, "main.handler")

        message = "Unable to marshal response: Object of type coroutine is not JSON serializable"
        self.assertEqual(runtime.invoke().error()["errorMessage"], message)

    def test_refuses_events_that_are_not_json(self):
        runtime = self.start({"main.py": ECHO}, "main.handler")
        invocation = runtime.invoke(raw=b'{"a": ]}')

        error = invocation.error()

        self.assertEqual(error["errorType"], "Runtime.UnmarshalError")
        self.assertEqual(error["errorMessage"], "Unable to unmarshal input: Expecting value: line 1 column 7 (char 6)")
        self.assertEqual(runtime.invoke("and on").result(), "and on")

    def test_carries_six_megabytes_both_ways(self):
        runtime = self.start({"main.py": ECHO}, "main.handler")
        event = "ü" * (3 * 1024 * 1024 - 1)

        invocation = runtime.invoke(raw=json.dumps(event, ensure_ascii=False).encode())

        self.assertEqual(invocation.result(), event)

    # Errors

    def test_tells_what_a_handler_raised(self):
        runtime = self.start(
            {"main.py": "def handler(event, context):\n    fail()\n\ndef fail():\n    raise KeyError('lost')\n"},
            "main.handler",
        )
        invocation = runtime.invoke()

        outcome = invocation.outcome()

        path = os.path.join(runtime.task, "main.py")
        document = {
            "errorMessage": "'lost'",
            "errorType": "KeyError",
            "stackTrace": [
                '  File "%s", line 2, in handler\n    fail()\n' % path,
                '  File "%s", line 5, in fail\n    raise KeyError(\'lost\')\n' % path,
            ],
        }
        self.assertEqual(outcome.json(), self.with_request_id(document, invocation.request_id))
        keys = ["errorMessage", "errorType", "requestId", "stackTrace"]
        self.assertEqual(list(outcome.json()), keys if self.minor() >= 9 else [keys[0], keys[1], keys[3]])
        self.assertTrue(outcome.follower_waits)
        cause = json.loads(outcome.headers["lambda-runtime-function-xray-error-cause"])
        self.assertEqual(cause["exceptions"][0]["type"], "KeyError")
        self.assertEqual(cause["exceptions"][0]["stack"][1], {"label": "fail", "path": path, "line": 5})
        frame = runtime.frames()[-1]
        self.assertEqual(frame.kind, 0xA55A0017)
        expected = (
            "[ERROR] KeyError: 'lost'\nTraceback (most recent call last):\n"
            '__File "{0}", line 2, in handler\n____fail()\n__File "{0}", line 5, in fail\n____raise KeyError(\'lost\')'
        )
        self.assertEqual(frame.text, expected.replace("__", NBSP * 2).format(path))

    def test_writes_errors_as_one_line_without_a_descriptor_for_frames(self):
        runtime = self.run_handler("raise ValueError('a\\nb')", framed=False)

        self.assertEqual(runtime.invoke().error()["errorMessage"], "a\nb")

        lines = runtime.stdout().split("\n")
        self.assertEqual(lines[1:], [""])
        self.assertTrue(lines[0].startswith("[ERROR] ValueError: a\rb\rTraceback (most recent call last):\r"), lines)

    def test_writes_errors_as_json(self):
        runtime = self.run_handler("raise ValueError('no')", environment={"AWS_LAMBDA_LOG_FORMAT": "JSON"})
        invocation = runtime.invoke()
        error = invocation.error()

        frame = runtime.frames()[0]

        record = json.loads(frame.text)
        self.assertEqual(frame.kind, 0xA55A0016)
        self.assertEqual(list(record)[:2], ["timestamp", "level"])
        self.assertRegex(record.pop("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(record.pop("level"), "ERROR")
        self.assertEqual(record, error)

    def test_goes_on_after_an_error(self):
        runtime = self.run_handler("return 1 / event")

        self.assertEqual(runtime.invoke(0).error()["errorType"], "ZeroDivisionError")
        self.assertEqual(runtime.invoke(2).result(), 0.5)

    def test_tells_errors_even_when_the_function_has_replaced_the_path(self):
        runtime = self.run_handler("import sys\nsys.path[:] = []\nraise ValueError('no')")

        self.assertEqual(runtime.invoke().error()["errorMessage"], "no")

    def test_does_not_send_a_cause_that_is_too_long_for_a_header(self):
        runtime = self.run_handler("raise ValueError('x' * 100000)")

        outcome = runtime.invoke().outcome()

        self.assertEqual(outcome.json()["errorMessage"], "x" * 100000)
        self.assertNotIn("lambda-runtime-function-xray-error-cause", outcome.headers)

    def test_ends_with_the_function(self):
        for statement, status in (("import sys; sys.exit(3)", 3), ("exit(4)", 4), ("import os; os._exit(5)", 5)):
            with self.subTest(statement):
                runtime = self.run_handler("print('bye')\n" + statement)
                runtime.invoke()

                self.assertEqual(runtime.exit_status(), status)
                self.assertEqual(runtime.stdout(), "bye\n")

    def test_ends_with_what_is_not_an_ordinary_exception(self):
        runtime = self.run_handler("raise KeyboardInterrupt('enough')")
        runtime.invoke()

        self.assertNotEqual(runtime.exit_status(), 0)
        self.assertIn("KeyboardInterrupt: enough", runtime.stderr())

    # Initialisation

    def assert_init_error(self, files, handler, error_type, message, stack_trace=()):
        runtime = self.start(files, handler)
        request = runtime.api.init_error()
        error = request.json()

        self.assertEqual(runtime.exit_status(), 1)
        self.assertEqual(error["errorType"], error_type)
        self.assertRegex(error["errorMessage"], "^%s$" % message)
        self.assertEqual(error.get("requestId"), "" if self.minor() >= 9 else None)
        expected = [line.replace("TASK", runtime.task) for line in stack_trace]
        self.assertEqual(error["stackTrace"], expected)
        named = error_type if error_type.startswith("Runtime.") else None
        self.assertEqual(request.headers.get("lambda-runtime-function-error-type"), named)
        warning, logged = (frame.text for frame in runtime.frames())
        self.assertRegex(warning, r"\A\[WARNING\]\t\S+Z\t\tLAMBDA_WARNING: Unhandled exception\. .+-update\.html\n\Z")
        self.assertTrue(logged.startswith("[ERROR] %s: " % error_type), logged)
        self.assertIn("Traceback (most recent call last):", logged)
        self.assertEqual((runtime.stdout(), runtime.stderr()), ("", ""))

    def test_refuses_a_handler_without_a_dot(self):
        message = re.escape("Bad handler 'main': not enough values to unpack (expected 2, got 1)")
        self.assert_init_error({"main.py": ECHO}, "main", "Runtime.MalformedHandlerName", message)

    def test_refuses_a_module_that_is_built_in(self):
        message = "Cannot use built-in module sys as a handler module"
        self.assert_init_error({"sys.py": ECHO}, "sys.handler", "Runtime.BuiltInModuleConflict", message)

    def test_refuses_a_module_that_is_not_there(self):
        message = "Unable to import module 'main': No module named 'main'"
        self.assert_init_error({"other.py": ECHO}, "main.handler", "Runtime.ImportModuleError", message)

    def test_refuses_a_module_that_imports_what_is_not_there(self):
        message = "Unable to import module 'main': No module named 'lost'"
        files = {"main.py": "import lost\n" + ECHO}
        self.assert_init_error(files, "main.handler", "Runtime.ImportModuleError", message)

    def test_refuses_a_module_with_a_syntax_error(self):
        files = {"main.py": "def handler(event, context)\n    return 1\n"}
        message = r"Syntax error in module 'main': .+ \(main\.py, line 1\)"
        trace = ['  File "TASK/main.py" Line 1\n    def handler(event, context)\n']
        self.assert_init_error(files, "main.handler", "Runtime.UserCodeSyntaxError", message, trace)

    def test_refuses_a_handler_that_is_not_there(self):
        message = "Handler 'lost' missing on module 'main'"
        self.assert_init_error({"main.py": ECHO}, "main.lost", "Runtime.HandlerNotFound", message)

    def test_tells_what_a_module_raised(self):
        trace = ['  File "TASK/main.py", line 1, in <module>\n    raise ValueError(\'early\')\n']
        self.assert_init_error({"main.py": "raise ValueError('early')\n"}, "main.handler", "ValueError", "early", trace)

    def test_ends_with_a_module_that_exits(self):
        runtime = self.start({"main.py": "import sys\nsys.exit(7)\n"}, "main.handler")

        self.assertEqual(runtime.exit_status(), 7)

    def test_finds_handlers_in_packages(self):
        for handler in ("a/b/main.handler", "a.b.main.handler"):
            with self.subTest(handler):
                runtime = self.start({"a/b/main.py": ECHO, "a/__init__.py": ""}, handler)

                self.assertEqual(runtime.invoke(1).result(), 1)

    def test_finds_a_handler_in_a_module_named_like_the_runtime_s_script(self):
        self.assertEqual(self.start({"bootstrap.py": ECHO}, "bootstrap.handler").invoke(1).result(), 1)

    def test_imports_nothing_that_it_does_not_need(self):
        runtime = self.run_handler("import sys\nreturn list(sys.modules)")

        loaded = set(runtime.invoke().result())

        needless = {"os", "site", "re", "enum", "json", "logging", "traceback", "importlib", "socket", "decimal"}
        self.assertEqual(loaded & needless, set())

    # Context and environment

    def test_gives_the_context(self):
        runtime = self.run_handler(
            "return {\n"
            "    'context': {k: v for k, v in vars(context).items() if isinstance(v, (str, type(None)))},\n"
            "    'identity': context.identity.cognito_identity_id,\n"
            "    'remaining': context.get_remaining_time_in_millis(),\n"
            "    'repr': repr(context),\n"
            "}"
        )
        invocation = runtime.invoke(headers={"Lambda-Runtime-Aws-Tenant-Id": "t1"})

        result = invocation.result()

        self.assertEqual(
            result["context"],
            {
                "aws_request_id": invocation.request_id,
                "log_group_name": "/aws/lambda/f",
                "log_stream_name": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
                "function_name": "f",
                "memory_limit_in_mb": "256",
                "function_version": "$LATEST",
                "invoked_function_arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
                "tenant_id": "t1",
                "client_context": None,
            },
        )
        self.assertIsNone(result["identity"])
        self.assertTrue(50_000 < result["remaining"] <= 60_000, result["remaining"])
        self.assertTrue(result["repr"].startswith("LambdaContext([aws_request_id=%s," % invocation.request_id))

    def test_has_no_time_left_after_the_deadline(self):
        runtime = self.run_handler("return context.get_remaining_time_in_millis()")

        self.assertEqual(runtime.invoke(headers={"Lambda-Runtime-Deadline-Ms": "1000"}).result(), 0)

    def test_gives_client_context_and_identity(self):
        runtime = self.run_handler(
            "c = context.client_context\n"
            "return [c.custom, c.env, c.client.app_title, c.client.installation_id,\n"
            "        context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id]"
        )
        headers = {
            "Lambda-Runtime-Client-Context": '{"custom":{"k":"ü"},"env":{"e":"1"},"client":{"app_title":"t"}}',
            "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
        }

        result = runtime.invoke(headers=headers).result()

        self.assertEqual(result, [{"k": "ü"}, {"e": "1"}, "t", None, "i", "p"])

    def test_refuses_a_client_context_that_is_not_json(self):
        runtime = self.run_handler("return 1")

        error = runtime.invoke(headers={"Lambda-Runtime-Client-Context": "{"}).error()

        self.assertEqual(error["errorType"], "Runtime.LambdaContextUnmarshalError")
        self.assertTrue(error["errorMessage"].startswith("Unable to parse Client Context JSON: "), error)

    def test_sets_the_trace_id_for_each_invocation(self):
        runtime = self.run_handler("import os\nreturn os.environ.get('_X_AMZN_TRACE_ID')")

        results = [
            runtime.invoke(headers={"Lambda-Runtime-Trace-Id": "Root=1"}).result(),
            runtime.invoke(headers={"Lambda-Runtime-Trace-Id": "Root=2"}).result(),
        ]
        later = runtime.invoke()
        del later.headers["Lambda-Runtime-Trace-Id"]

        self.assertEqual(results + [later.result()], ["Root=1", "Root=2", None])

    def test_does_not_grow_with_its_trace_ids(self):
        code = "import resource\nreturn resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
        runtime = self.run_handler(code, channel=True)
        trace_id = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=%d:" + 4000 * "x"

        before = runtime.invoke().result()
        for number in range(1000):
            runtime.invoke(headers={"Lambda-Runtime-Trace-Id": trace_id % number}).result()

        self.assertLess(runtime.invoke().result() - before, 2048)

    def test_looks_for_modules_where_lambda_does(self):
        runtime = self.run_handler("import os, sys\nreturn [sys.path, os.environ['PYTHONPATH']]")

        path, python_path = runtime.invoke().result()

        own = os.path.join(GUEST, "python")
        layers = ["/opt/python/lib/python%s/site-packages" % self.version, "/opt/python"]
        self.assertEqual(path[:4], [runtime.task] + layers + [own])
        self.assertTrue(path[-1].endswith("/lib/python%s/site-packages" % self.version), path)
        self.assertEqual(len(path), len(set(path)))
        self.assertEqual(python_path, own)

    def test_leaves_a_python_path_of_the_function_s_own(self):
        files = {
            "main.py": "import os, sys, tracer\ndef handler(event, context):\n    return [tracer.on, sys.path[0]]\n",
            "extra/tracer.py": "on = False\n",
            "extra/sitecustomize.py": "import tracer\ntracer.on = True\n",
        }
        # The path is known only with the task's folder, which is the working directory.
        runtime = self.start(files, "main.handler", environment={"PYTHONPATH": "./extra"})

        self.assertEqual(runtime.invoke().result(), [True, runtime.task])

    def test_reads_path_files_of_the_function(self):
        files = {
            "main.py": "import inner\ndef handler(event, context):\n    return inner.name\n",
            "more.pth": "vendored\n",
            "vendored/inner.py": "name = 'vendored'\n",
        }

        self.assertEqual(self.start(files, "main.handler").invoke().result(), "vendored")

    # Logs

    def test_has_printed_before_it_answers(self):
        body = "import sys\nprint('whole')\nprint('part', end='')\nprint('error', end='', file=sys.stderr)"
        runtime = self.run_handler(body, read_output=False)

        runtime.invoke().outcome()

        self.assertEqual(runtime.output_in_pipe("out"), b"whole\npart")
        self.assertEqual(runtime.output_in_pipe("err"), b"error")

    def test_keeps_nothing_back_of_what_it_prints(self):
        body = (
            "import os, subprocess, sys\n"
            "sys.stdout.write('one')\n"
            "subprocess.run(['echo', 'two'])\n"
            "print('three', end='', file=sys.stderr)\n"
            "sys.stdout.buffer.write(b'four')\n"
            "print('five', end='')\n"
            "if os.fork() == 0:\n"
            "    print('six')\n"
            "    sys.exit()\n"
            "os.wait()\n"
            "print('sev' + 'e' * 200_000 + 'n')\n"
            "os._exit(event)"
        )
        runtime = self.run_handler(body)

        runtime.invoke(9)

        self.assertEqual(runtime.exit_status(), 9)
        self.assertEqual(runtime.stdout(), "onetwo\nfourfivesix\nsev" + "e" * 200_000 + "n\n")
        self.assertEqual(runtime.stderr(), "three")

    def test_logs_records_in_lambda_s_format(self):
        runtime = self.start(
            {
                "main.py": "import logging\nlogging.warning('early')\n"
                "def handler(event, context):\n"
                "    logging.info('not shown')\n"
                "    logging.getLogger('x').error('two\\nlines %s', 'ü')\n"
            },
            "main.handler",
        )
        invocation = runtime.invoke()
        invocation.outcome()

        early, late = runtime.frames()

        time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
        self.assertRegex(early.text, r"\A\[WARNING\]\t%s\t\tearly\n\Z" % time)
        self.assertRegex(late.text, r"\A\[ERROR\]\t%s\t%s\ttwo\nlines ü\n\Z" % (time, invocation.request_id))
        self.assertEqual((early.kind, late.kind), (0xA55A0003, 0xA55A0003))
        self.assertTrue(1.7e15 < early.microseconds <= late.microseconds)

    def test_logs_records_as_lines_without_a_descriptor_for_frames(self):
        runtime = self.run_handler("import logging\nlogging.error('two\\nlines')\nprint('next')", framed=False)
        runtime.invoke().outcome()

        self.assertRegex(runtime.stdout(), r"\A\[ERROR\]\t\S+\t\S+\ttwo\rlines\nnext\n\Z")

    def test_logs_records_as_json(self):
        runtime = self.run_handler(
            "import logging\n"
            "logging.debug('hidden')\n"
            "logging.info('plain')\n"
            "logging.getLogger('named').warning('more', extra={'order': 7, 'thing': object})\n"
            "try:\n"
            "    1 / 0\n"
            "except ZeroDivisionError:\n"
            "    logging.exception('caught')",
            environment={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"},
        )
        invocation = runtime.invoke(headers={"Lambda-Runtime-Aws-Tenant-Id": "t1"})
        invocation.outcome()

        frames = runtime.frames()

        plain, more, caught = [json.loads(frame.text) for frame in frames]
        self.assertEqual([frame.kind for frame in frames], [0xA55A000E, 0xA55A0012, 0xA55A0016])
        self.assertRegex(plain.pop("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        expected = {"level": "INFO", "message": "plain", "logger": "root", "requestId": invocation.request_id}
        self.assertEqual(plain, dict(expected, tenantId="t1"))
        self.assertEqual((more["logger"], more["order"], more["thing"]), ("named", "7", "<class 'object'>"))
        self.assertEqual((caught["errorType"], caught["errorMessage"]), ("ZeroDivisionError", "division by zero"))
        self.assertIn("1 / 0", caught["stackTrace"][0])
        self.assertTrue(caught["location"].endswith("main.py:handler:9"), caught["location"])

    def test_honours_the_log_level(self):
        levels = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "TRACE"}
        runtime = self.run_handler("import logging\nlogging.debug('shown')", environment=levels)
        runtime.invoke().outcome()

        self.assertEqual([frame.kind for frame in runtime.frames()], [0xA55A000A])

    def test_hides_the_descriptor_for_frames_from_the_function(self):
        runtime = self.run_handler(
            "import os, subprocess\n"
            "shown = os.environ.get('_LAMBDA_TELEMETRY_LOG_FD')\n"
            "shown = shown or subprocess.check_output(['sh', '-c', 'echo $_LAMBDA_TELEMETRY_LOG_FD']).decode().strip()\n"
            "context.log('x')\n"
            "fds = subprocess.check_output(['sh', '-c', 'ls /proc/self/fd'], close_fds=False).split()\n"
            "return [shown, len(fds)]"
        )

        variable, descriptors = runtime.invoke().result()

        self.assertEqual(variable, "")
        self.assertEqual(descriptors, 4)  # the three standard ones and that of the listed folder
        self.assertEqual([frame.text for frame in runtime.frames()], ["x"])

    # The connection

    def test_understands_answers_that_arrive_in_pieces(self):
        for manners in (Manners(byte_by_byte=True), Manners(chunked=True), Manners(byte_by_byte=True, chunked=True)):
            with self.subTest(vars(manners)):
                runtime = self.start({"main.py": ECHO}, "main.handler", manners=manners)

                self.assertEqual(runtime.invoke({"a": "ü"}).result(), {"a": "ü"})
                self.assertEqual(runtime.invoke([]).result(), [])
                self.assertEqual(runtime.api.connections, 1)

    def test_connects_again_when_the_connection_was_closed(self):
        for manners in (Manners(close_after_next=True), Manners(drop_response=True)):
            with self.subTest(vars(manners)):
                runtime = self.start({"main.py": ECHO}, "main.handler", manners=manners)

                self.assertEqual([runtime.invoke(n).result() for n in range(3)], [0, 1, 2])
                self.assertGreater(runtime.api.connections, 1)

    def test_goes_on_after_a_response_that_was_too_large(self):
        runtime = self.start({"main.py": ECHO}, "main.handler", manners=Manners(refuse=(413, "RequestEntityTooLarge")))

        self.assertEqual([runtime.invoke(n).result() for n in range(2)], [0, 1])
        self.assertEqual(runtime.stderr(), "")

    def test_keeps_refusals_out_of_the_function_s_log(self):
        runtime = self.start({"main.py": ECHO}, "main.handler", manners=Manners(refuse=(403, "InvalidStateTransition")))

        self.assertEqual([runtime.invoke(n).result() for n in range(2)], [0, 1])
        self.assertEqual(runtime.stderr(), "")

    def test_ends_when_the_api_is_gone(self):
        for source, frames in ((ECHO, 0), ("raise ValueError()", 2)):
            with self.subTest(source):
                address = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}
                runtime = self.start({"main.py": source}, "main.handler", environment=address)

                self.assertEqual(runtime.exit_status(), 1)
                self.assertEqual((runtime.stdout(), runtime.stderr()), ("", ""))
                self.assertEqual(len(runtime.frames()), frames)

    def test_waits_as_one_whom_reads_of_the_other_side_do_not_wake(self):
        waiting = []
        manners = Manners(before_ack=lambda: waiting.append(runtime.blocking_call()))
        runtime = self.start({"main.py": ECHO}, "main.handler", manners=manners, channel=True)

        self.assertEqual([runtime.invoke(n).result() for n in range(2)], [0, 1])
        self.assertEqual(waiting, ["poll", "poll"])

    def test_speaks_through_a_unix_socket(self):
        runtime = self.start({"main.py": ECHO}, "main.handler", unix=True)

        self.assertEqual(runtime.invoke(1).result(), 1)


for_each(["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"], interpreters.python, _Python, globals())
