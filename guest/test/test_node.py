"""The Node.js runtime, with every Node.js that this host has."""

import json
import os
import re

import interpreters
from fake_runtime_api import Manners
from runtime_process import GUEST
from runtime_test import for_each, versions

ECHO = "exports.handler = async (event) => event;\n"
with_callbacks = versions(lambda major: major < 24, "Lambda dropped callbacks with Node.js 24")
without_callbacks = versions(lambda major: major >= 24, "Lambda dropped callbacks with Node.js 24")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class _Node:
    def command(self):
        return [self.interpreter, os.path.join(GUEST, "node", "bootstrap.cjs")]

    def run_handler(self, code, **options):
        """Starts a function whose handler is this expression."""
        return self.start({"main.js": "exports.handler = %s;\n" % code}, "main.handler", **options)

    def takes_callback(self):
        return int(self.version) < 24

    # Events and results

    def test_answers_and_asks_for_the_next_event_in_one_write(self):
        runtime = self.start({"main.js": ECHO}, "main.handler")

        first = runtime.invoke({"a": [1, 2.5, None, True, "ü"]}).outcome()
        second = runtime.invoke("again").outcome()

        self.assertEqual(first.json(), {"a": [1, 2.5, None, True, "ü"]})
        self.assertEqual(first.headers["content-type"], "application/json")
        self.assertTrue(first.follower_waits)
        self.assertTrue(second.follower_waits)
        self.assertEqual(runtime.api.connections, 1)

    def test_writes_json_as_javascript_does(self):
        code = "async () => ({ a: [1, 2.0, undefined], b: undefined, 'ü': '€\\n', d: new Date(0) })"
        runtime = self.run_handler(code)

        expected = '{"a":[1,2,null],"ü":"€\\n","d":"1970-01-01T00:00:00.000Z"}'
        self.assertEqual(runtime.invoke().outcome().body.decode(), expected)

    def test_writes_null_for_a_handler_that_returns_nothing(self):
        for code in ("async () => {}", "() => Promise.resolve()", "() => {}", "async () => () => 1"):
            with self.subTest(code):
                self.assertEqual(self.run_handler(code).invoke().outcome().body, b"null")

    def test_waits_for_promises(self):
        code = "async (event) => { await new Promise((r) => setTimeout(r, 20)); return event + 1; }"
        runtime = self.run_handler(code)

        self.assertEqual([runtime.invoke(n).result() for n in range(3)], [1, 2, 3])

    def test_takes_any_thenable(self):
        runtime = self.run_handler("(event) => ({ then: (resolve) => resolve(event) })")

        self.assertEqual(runtime.invoke("x").result(), "x")

    def test_refuses_results_that_are_not_json(self):
        runtime = self.run_handler("async (event) => { const ring = {}; ring.ring = ring; return event ? ring : 1n; }")

        for event in (True, False):
            error = runtime.invoke(event).error()
            self.assertEqual(error["errorMessage"], "Unable to stringify response body")
            self.assertEqual(error["errorType"], "Error" if self.takes_callback() else "Runtime.JSONStringifyError")

    def test_refuses_events_that_are_not_json(self):
        runtime = self.start({"main.js": ECHO}, "main.handler")

        error = runtime.invoke(raw=b'{"a": ]}').error()

        self.assertEqual(error["errorType"], "SyntaxError")
        self.assertEqual(runtime.invoke("and on").result(), "and on")

    def test_carries_six_megabytes_both_ways(self):
        runtime = self.start({"main.js": ECHO}, "main.handler")
        event = "ü" * (3 * 1024 * 1024 - 1)

        invocation = runtime.invoke(raw=json.dumps(event, ensure_ascii=False).encode())

        self.assertEqual(invocation.result(), event)
        self.assertEqual(runtime.invoke("small").result(), "small")

    # Callbacks

    @with_callbacks
    def test_takes_a_result_by_callback(self):
        runtime = self.run_handler("(event, context, callback) => { setTimeout(() => callback(null, event), 5); }")

        self.assertEqual([runtime.invoke(n).result() for n in range(3)], [0, 1, 2])

    @with_callbacks
    def test_takes_an_error_by_callback(self):
        runtime = self.run_handler("(event, context, callback) => callback(event === 1 ? new TypeError('no') : 'text')")

        of_error = runtime.invoke(1).error()

        self.assertEqual((of_error["errorType"], of_error["errorMessage"]), ("TypeError", "no"))
        of_text = {"errorType": "string", "errorMessage": "text", "trace": []}
        self.assertEqual(runtime.invoke(2).error(), of_text)

    @with_callbacks
    def test_waits_for_an_empty_event_loop_after_a_callback(self):
        code = (
            "(event, context, callback) => {"
            "  context.callbackWaitsForEmptyEventLoop = event;"
            "  const box = {}; callback(null, box); setTimeout(() => { box.late = true; }, 20); }"
        )
        runtime = self.run_handler(code)

        self.assertEqual(runtime.invoke(True).result(), {"late": True})
        self.assertEqual(runtime.invoke(False).result(), {})

    @with_callbacks
    def test_takes_results_by_the_context(self):
        calls = {
            "context.succeed({ a: 1 })": {"a": 1},
            "context.done(null, 2)": 2,
            "context.succeed()": None,
        }
        for call, expected in calls.items():
            with self.subTest(call):
                runtime = self.run_handler("(event, context) => { setTimeout(() => {}, 60000); %s; }" % call)
                self.assertEqual(runtime.invoke().result(), expected)

    @with_callbacks
    def test_takes_errors_by_the_context(self):
        calls = {
            "context.fail(new Error('a'))": ("Error", "a"),
            "context.fail()": ("string", "handled"),
            "context.done('b')": ("string", "b"),
        }
        for call, expected in calls.items():
            with self.subTest(call):
                error = self.run_handler("(event, context) => { %s; }" % call).invoke().error()
                self.assertEqual((error["errorType"], error["errorMessage"]), expected)

    @with_callbacks
    def test_takes_only_the_first_result(self):
        code = (
            "(event, context, callback) => {"
            "  context.succeed(event); callback(new Error('late')); context.done(null, 'later');"
            "  return Promise.reject(1); }"
        )
        runtime = self.run_handler(code)

        self.assertEqual([runtime.invoke(n).result() for n in range(3)], [0, 1, 2])

    @with_callbacks
    def test_answers_null_for_a_callback_that_is_never_called(self):
        runtime = self.run_handler("(event, context, callback) => { setTimeout(() => {}, 5); return 'ignored'; }")

        self.assertEqual([runtime.invoke().outcome().body for _ in range(2)], [b"null", b"null"])

    @without_callbacks
    def test_refuses_handlers_with_a_callback_from_node_24_on(self):
        runtime = self.run_handler("(event, context, callback) => callback(null, 1)")

        error = runtime.api.init_error().json()

        self.assertEqual(error["errorType"], "Runtime.CallbackHandlerDeprecated")
        self.assertEqual(runtime.exit_status(), 129)

    @without_callbacks
    def test_takes_what_a_plain_function_returns_from_node_24_on(self):
        code = "(event, context) => [event, context.succeed, context.callbackWaitsForEmptyEventLoop]"
        runtime = self.run_handler(code)

        self.assertEqual(runtime.invoke(1).result(), [1, None, None])

    # Between invocations

    def test_runs_what_an_invocation_left_behind(self):
        leave = {
            "process.nextTick(() => process.nextTick(() => late++))": "ticks",
            "Promise.resolve().then(() => 1).then(() => 2).then(() => late++)": "promises",
            "setImmediate(() => late++)": "immediates",
        }
        for code, what in leave.items():
            with self.subTest(what):
                handler = "exports.handler = () => { const was = late; %s; return Promise.resolve(was); };" % code
                runtime = self.start({"main.js": "let late = 0; " + handler}, "main.handler", channel=True)
                self.assertEqual([runtime.invoke().result() for _ in range(3)], [0, 1, 2])

    def test_lets_timers_run_that_came_due_while_nothing_ran(self):
        code = (
            "let late = 0; exports.handler = async (work) => { setTimeout(() => late++, 1).unref();"
            "  for (const end = Date.now() + work; Date.now() < end; ); return late; };"
        )
        runtime = self.start({"main.js": code}, "main.handler", channel=True)

        runtime.invoke(0).result()
        runtime.invoke(30).result()

        self.assertEqual(runtime.invoke(0).result(), 2)

    def test_does_not_hand_an_asynchronous_context_on_to_the_next_invocation(self):
        code = (
            "const storage = new (require('async_hooks').AsyncLocalStorage)();"
            "exports.handler = async (event) => {"
            "  const found = storage.getStore() ?? null; storage.enterWith(event); return found; };"
        )
        runtime = self.start({"main.js": code}, "main.handler", channel=True)

        self.assertEqual([runtime.invoke(n).result() for n in range(3)], [None, None, None])

    @with_callbacks
    def test_does_not_nest_invocations_that_answer_at_once(self):
        code = (
            "(event, context, callback) => {"
            "  context.callbackWaitsForEmptyEventLoop = false; callback(null, new Error().stack.length); }"
        )
        runtime = self.run_handler(code, channel=True)

        depths = {runtime.invoke().result() for _ in range(50)}

        self.assertEqual(len(depths), 1)

    # Errors

    def test_tells_what_a_handler_threw(self):
        for code in ("async () => { throw new RangeError('lost'); }", "() => { throw new RangeError('lost'); }"):
            with self.subTest(code):
                runtime = self.run_handler(code)
                invocation = runtime.invoke()

                outcome = invocation.outcome()

                error = outcome.json()
                self.assertEqual(list(error), ["errorType", "errorMessage", "trace"])
                self.assertEqual((error["errorType"], error["errorMessage"]), ("RangeError", "lost"))
                self.assertEqual(error["trace"][0], "RangeError: lost")
                self.assertIn(os.path.join(runtime.task, "main.js"), error["trace"][1])
                self.assertNotIn("lambda-runtime-function-error-type", outcome.headers)
                self.assertTrue(outcome.follower_waits)
                frame = runtime.frames()[-1]
                self.assertEqual(frame.kind, 0xA55A0017)
                start = r"\A%s\t%s\tERROR\tInvoke Error \t(\{.*\})\n\Z" % (TIME, invocation.request_id)
                logged = json.loads(re.search(start, frame.text).group(1))
                self.assertEqual(list(logged), ["errorType", "errorMessage", "stack"])
                self.assertEqual(logged["stack"], error["trace"])

    def test_tells_what_is_no_error(self):
        thrown = {"'text'": ("string", "text"), "7": ("number", "7"), "{ a: 1 }": ("object", "[object Object]")}
        for value, expected in thrown.items():
            with self.subTest(value):
                error = self.run_handler("async () => { throw %s; }" % value).invoke().error()
                self.assertEqual((error["errorType"], error["errorMessage"]), expected)
                self.assertEqual(error["trace"], [])

    def test_tells_of_an_error_of_another_realm(self):
        code = "async () => require('vm').runInNewContext('throw new Error(\"far\")')"
        error = self.run_handler(code).invoke().error()

        self.assertEqual((error["errorType"], error["errorMessage"]), ("Error", "far"))

    def test_tells_of_errors_that_cannot_be_told(self):
        code = "async () => { throw { get name() { throw 1; }, get toString() { throw 2; } }; }"

        self.assertEqual(self.run_handler(code).invoke().error()["errorType"], "handled")

    def test_fails_an_asynchronous_handler_that_never_ends(self):
        runtime = self.run_handler("async (event) => event ?? new Promise(() => {})")
        invocation = runtime.invoke()

        error = invocation.error()

        self.assertEqual(error["errorType"], "Runtime.NodeJsExit")
        self.assertTrue(error["errorMessage"].startswith("RequestId: %s Error: " % invocation.request_id))
        self.assertEqual(runtime.invoke(1).result(), 1)

    def test_ends_with_an_uncaught_exception(self):
        runtime = self.run_handler(
            "(event) => new Promise(() => { setTimeout(() => { throw new TypeError('late'); }, 5); })"
        )

        outcome = runtime.invoke().outcome()

        self.assertEqual((outcome.json()["errorType"], outcome.json()["errorMessage"]), ("TypeError", "late"))
        self.assertFalse(outcome.follower_waits)
        self.assertEqual(runtime.exit_status(), 129)
        self.assertIn("\tERROR\tUncaught Exception \t{", runtime.frames()[-1].text)

    def test_ends_with_an_unhandled_rejection(self):
        runtime = self.run_handler("async () => { Promise.reject(new Error('nobody')); await new Promise(() => {}); }")

        error = runtime.invoke().error()

        self.assertEqual(error["errorType"], "Runtime.UnhandledPromiseRejection")
        self.assertEqual(error["errorMessage"], "Error: nobody")
        self.assertEqual(error["trace"][0], "Runtime.UnhandledPromiseRejection: Error: nobody")
        self.assertEqual(runtime.exit_status(), 128)
        self.assertIn("\tERROR\tUnhandled Promise Rejection \t{", runtime.frames()[-1].text)

    def test_ends_when_something_is_thrown_between_invocations(self):
        runtime = self.run_handler("async () => { setImmediate(() => { throw new Error('idle'); }); return 1; }")

        self.assertEqual(runtime.invoke().result(), 1)
        self.assertEqual(runtime.exit_status(), 129)

    def test_ends_when_a_rejection_is_left_behind(self):
        runtime = self.run_handler("async () => { Promise.reject(new Error('left')); return 1; }")

        self.assertEqual(runtime.invoke().result(), 1)
        self.assertEqual(runtime.exit_status(), 128)

    def test_ends_with_the_function(self):
        runtime = self.run_handler("async () => { process.stdout.write('bye'); process.exit(3); }")
        runtime.invoke()

        self.assertEqual(runtime.exit_status(), 3)
        self.assertEqual(runtime.stdout(), "bye")

    # Initialisation

    def assert_init_error(self, files, handler, error_type, message):
        runtime = self.start(files, handler)
        request = runtime.api.init_error()
        error = request.json()

        self.assertEqual(runtime.exit_status(), 129)
        self.assertEqual(error["errorType"], error_type)
        self.assertEqual(error["errorMessage"].replace(runtime.task, "TASK").split("\n")[0], message)
        named = error_type if error_type.startswith("Runtime.") else None
        self.assertEqual(request.headers.get("lambda-runtime-function-error-type"), named)
        logged = runtime.frames()[-1].text
        self.assertRegex(logged, r"\A%s\tundefined\tERROR\tUncaught Exception \t\{" % TIME)
        return error

    def test_refuses_handlers_that_are_no_names(self):
        message = (
            "'../main.handler' is not a valid handler name. Use absolute paths when specifying root directories in "
            "handler names."
        )
        self.assert_init_error({"main.js": ECHO}, "../main.handler", "Runtime.MalformedHandlerName", message)
        self.assert_init_error({"main.js": ECHO}, "main", "Runtime.MalformedHandlerName", "Bad handler")

    def test_refuses_a_module_that_is_not_there(self):
        error = self.assert_init_error(
            {"x.js": ECHO}, "main.handler", "Runtime.ImportModuleError", "Error: Cannot find module 'main'"
        )
        self.assertTrue(error["errorMessage"].startswith("Error: Cannot find module 'main'\nRequire stack:\n- "))

    def test_refuses_a_module_that_requires_what_is_not_there(self):
        files = {"main.js": "require('lost');\n" + ECHO}
        message = "Error: Cannot find module 'lost'"
        error = self.assert_init_error(files, "main.handler", "Runtime.ImportModuleError", message)
        self.assertIn("/task/main.js", error["errorMessage"].split("\n")[2])

    def test_refuses_a_module_with_a_syntax_error(self):
        files = {"main.js": "exports.handler = async ( => 1;\n"}
        message = "SyntaxError: Unexpected token '=>'"
        error = self.assert_init_error(files, "main.handler", "Runtime.UserCodeSyntaxError", message)
        self.assertIn("/task/main.js:1", error["trace"][0])

    def test_refuses_a_handler_that_is_not_there(self):
        message = "main.lost is undefined or not exported"
        self.assert_init_error({"main.js": ECHO}, "main.lost", "Runtime.HandlerNotFound", message)

    def test_refuses_a_handler_that_is_no_function(self):
        files = {"main.js": "exports.handler = 1;\n"}
        self.assert_init_error(files, "main.handler", "Runtime.HandlerNotFound", "main.handler is not a function")

    def test_tells_what_a_module_threw(self):
        self.assert_init_error({"main.js": "throw new RangeError('early');\n"}, "main.handler", "RangeError", "early")
        self.assert_init_error({"main.mjs": "throw new RangeError('early');\n"}, "main.handler", "RangeError", "early")

    def test_ends_with_a_rejection_that_nobody_handles_at_the_start(self):
        runtime = self.start({"main.mjs": "Promise.reject(1); await new Promise(() => {});\n"}, "main.handler")

        self.assertEqual(runtime.api.init_error().json()["errorType"], "Runtime.UnhandledPromiseRejection")
        self.assertEqual(runtime.exit_status(), 128)

    def test_ends_with_a_module_that_never_loads(self):
        runtime = self.start({"main.mjs": "await new Promise(() => {});\n"}, "main.handler")

        self.assertEqual(runtime.exit_status(), 13)

    def test_finds_handlers_in_every_kind_of_module(self):
        cjs = "exports.handler = async () => 'cjs';\n"
        esm = "import fs from 'fs';\nexport const handler = async () => typeof fs.statSync && 'esm';\n"
        module = '{"type": "module"}'
        cases = {
            "js": ({"main.js": cjs, "main.mjs": esm}, "main.handler", "cjs"),
            "mjs": ({"main.mjs": esm, "main.cjs": cjs}, "main.handler", "esm"),
            "cjs": ({"main.cjs": cjs}, "main.handler", "cjs"),
            "type module": ({"main.js": esm, "package.json": module}, "main.handler", "esm"),
            "type module above": ({"a/main.js": esm, "package.json": module}, "a/main.handler", "esm"),
            "type commonjs": ({"main.js": cjs, "package.json": '{"type": "commonjs"}'}, "main.handler", "cjs"),
            "no extension": ({"main": cjs}, "main.handler", "cjs"),
            "folder": ({"main/index.js": cjs}, "main.handler", "cjs"),
            "package": ({"node_modules/main/index.js": cjs}, "main.handler", "cjs"),
            "top-level await": ({"main.mjs": "await 1;\n" + esm}, "main.handler", "esm"),
            "default export": ({"main.mjs": "export default { go: async () => 'esm' };\n"}, "main.default.go", "esm"),
            "nested": ({"a/b/main.js": "exports.o = { p: { h: async () => 'cjs' } };\n"}, "a/b/main.o.p.h", "cjs"),
        }
        for name, (files, handler, expected) in cases.items():
            with self.subTest(name):
                self.assertEqual(self.start(files, handler).invoke().result(), expected)

    @versions(lambda major: major >= 24, "Lambda loads TypeScript with Node.js 24")
    def test_finds_handlers_in_typescript(self):
        code = "exports.handler = async (event: number): Promise<number> => event;\n"
        runtime = self.start({"main.ts": code}, "main.handler")

        self.assertEqual(runtime.invoke(1).result(), 1)

    def test_finds_a_handler_by_an_absolute_path(self):
        runtime = self.start({"main.js": ECHO}, "main.handler")
        path = os.path.join(runtime.task, "main")

        self.assertEqual(self.start({"x.js": ""}, path + ".handler").invoke(1).result(), 1)

    # Context and environment

    def test_gives_the_context(self):
        code = "async (event, context) => [context, context.getRemainingTimeInMillis(), Object.keys(context)]"
        runtime = self.run_handler(code)
        headers = {
            "Lambda-Runtime-Client-Context": '{"custom":{"k":"ü"}}',
            "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
            "Lambda-Runtime-Aws-Tenant-Id": "t1",
        }
        invocation = runtime.invoke(headers=headers)

        context, remaining, keys = invocation.result()

        expected = {
            "functionVersion": "$LATEST",
            "functionName": "f",
            "memoryLimitInMB": "256",
            "logGroupName": "/aws/lambda/f",
            "logStreamName": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
            "clientContext": {"custom": {"k": "ü"}},
            "identity": {"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"},
            "invokedFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "awsRequestId": invocation.request_id,
            "tenantId": "t1",
        }
        if self.takes_callback():
            expected["callbackWaitsForEmptyEventLoop"] = True
        self.assertEqual(context, expected)
        self.assertTrue(50_000 < remaining <= 60_000, remaining)
        self.assertEqual({"succeed", "fail", "done"} <= set(keys), self.takes_callback())

    def test_refuses_a_client_context_that_is_not_json(self):
        error = self.run_handler("async () => 1").invoke(headers={"Lambda-Runtime-Client-Context": "{"}).error()

        self.assertTrue(error["errorMessage"].startswith("Cannot parse ClientContext as json: SyntaxError"), error)

    def test_sets_the_trace_id_for_each_invocation(self):
        runtime = self.run_handler("async () => process.env._X_AMZN_TRACE_ID")

        results = [
            runtime.invoke(headers={"Lambda-Runtime-Trace-Id": "Root=1"}).result(),
            runtime.invoke(headers={"Lambda-Runtime-Trace-Id": "Root=2"}).result(),
        ]
        later = runtime.invoke()
        del later.headers["Lambda-Runtime-Trace-Id"]

        self.assertEqual(results + [later.result()], ["Root=1", "Root=2", None])

    def test_keeps_trace_ids_from_the_c_library_which_would_keep_them_for_ever(self):
        code = "async () => [process.env._X_AMZN_TRACE_ID, Object.keys(process.env).includes('_X_AMZN_TRACE_ID')]"

        results = self.run_handler(code).invoke(headers={"Lambda-Runtime-Trace-Id": "Root=1"}).result()

        self.assertEqual(results, ["Root=1", False])

    def test_replaces_a_trace_id_that_the_function_has_set(self):
        code = (
            "async (own) => {"
            "  const id = process.env._X_AMZN_TRACE_ID; if (own) process.env._X_AMZN_TRACE_ID = own; return id; }"
        )
        runtime = self.run_handler(code)

        first = runtime.invoke("own", headers={"Lambda-Runtime-Trace-Id": "Root=1"}).result()
        second = runtime.invoke(headers={"Lambda-Runtime-Trace-Id": "Root=2"}).result()

        self.assertEqual([first, second], ["Root=1", "Root=2"])

    # Logs

    def test_has_printed_before_it_answers(self):
        code = "async () => { process.stdout.write('part'); process.stderr.write('error'); console.log('whole'); }"
        runtime = self.run_handler(code, framed=False, read_output=False)

        runtime.invoke().outcome()

        self.assertRegex(runtime.output_in_pipe("out").decode(), r"\Apart%s\t\S+\tINFO\twhole\n\Z" % TIME)
        self.assertEqual(runtime.output_in_pipe("err"), b"error")

    def test_logs_records_in_lambda_s_format(self):
        runtime = self.start(
            {
                "main.js": "console.log('early');\n"
                "exports.handler = async () => {\n"
                "  console.trace('t'); console.debug('d'); console.info('%s: %d', 'i', 1, { a: 1 });\n"
                "  console.warn('two\\nlines ü'); console.error(); console.fatal('f');\n"
                "};\n"
            },
            "main.handler",
        )
        invocation = runtime.invoke()
        invocation.outcome()

        frames = runtime.frames()

        text = "%s\t%s\t%s\t%s\n"
        expected = [
            text % (TIME, "undefined", "INFO", "early"),
            text % (TIME, invocation.request_id, "TRACE", "t"),
            text % (TIME, invocation.request_id, "DEBUG", "d"),
            text % (TIME, invocation.request_id, "INFO", r"i: 1 \{ a: 1 \}"),
            text % (TIME, invocation.request_id, "WARN", "two\nlines ü"),
            text % (TIME, invocation.request_id, "ERROR", ""),
            text % (TIME, invocation.request_id, "FATAL", "f"),
        ]
        self.assertEqual(len(frames), len(expected))
        for frame, pattern in zip(frames, expected):
            self.assertRegex(frame.text, r"\A%s\Z" % pattern)
        levels = [0xF, 0x7, 0xB, 0xF, 0x13, 0x17, 0x1B]
        self.assertEqual([frame.kind for frame in frames], [0xA55A0000 | level for level in levels])
        self.assertTrue(1.7e15 < frames[0].microseconds <= frames[-1].microseconds)

    def test_logs_records_as_lines_without_a_descriptor_for_frames(self):
        runtime = self.run_handler("async () => { console.log('two\\nlines'); console.log(2); }", framed=False)
        runtime.invoke().outcome()

        self.assertRegex(runtime.stdout(), r"\A\S+\t\S+\tINFO\ttwo\rlines\n\S+\t\S+\tINFO\t2\n\Z")

    def test_logs_records_as_json(self):
        runtime = self.run_handler(
            "async () => {\n"
            "  console.debug('hidden');\n"
            "  console.log('plain');\n"
            "  console.warn({ order: 7 });\n"
            "  console.error('failed:', new RangeError('far'));\n"
            "  console.error(new RangeError('far'));\n"
            "  const ring = {}; ring.ring = ring; console.log(ring);\n"
            "}",
            environment={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"},
        )
        invocation = runtime.invoke(headers={"Lambda-Runtime-Aws-Tenant-Id": "t1"})
        invocation.outcome()

        frames = runtime.frames()

        plain, order, failed, error, ring = [json.loads(frame.text) for frame in frames]
        kinds = [0xA55A000E, 0xA55A0012, 0xA55A0016, 0xA55A0016, 0xA55A000E]
        self.assertEqual([frame.kind for frame in frames], kinds)
        self.assertRegex(plain.pop("timestamp"), "^%s$" % TIME)
        expected = {"level": "INFO", "requestId": invocation.request_id, "tenantId": "t1", "message": "plain"}
        self.assertEqual(plain, expected)
        self.assertEqual(order["message"], {"order": 7})
        self.assertTrue(failed["message"].startswith("failed: RangeError: far\n"), failed)
        self.assertEqual((failed["errorType"], failed["errorMessage"]), ("RangeError", "far"))
        self.assertEqual(error["message"]["stackTrace"][0], "RangeError: far")
        self.assertIn("[Circular *1]", ring["message"])

    def test_logs_what_ended_an_invocation_as_json(self):
        environment = {"AWS_LAMBDA_LOG_FORMAT": "JSON"}
        runtime = self.run_handler("async () => { throw new Error('no'); }", environment=environment)
        runtime.invoke().outcome()

        record = json.loads(runtime.frames()[0].text)

        self.assertEqual(record["level"], "ERROR")
        self.assertEqual((record["message"]["errorType"], record["message"]["errorMessage"]), ("Error", "no"))

    def test_hides_the_descriptor_for_frames_from_the_function(self):
        runtime = self.run_handler("async () => process.env._LAMBDA_TELEMETRY_LOG_FD")

        self.assertIsNone(runtime.invoke().result())

    # The connection

    def test_understands_answers_that_arrive_in_pieces(self):
        for manners in (Manners(byte_by_byte=True), Manners(chunked=True), Manners(byte_by_byte=True, chunked=True)):
            with self.subTest(vars(manners)):
                runtime = self.start({"main.js": ECHO}, "main.handler", manners=manners)

                self.assertEqual(runtime.invoke({"a": "ü"}).result(), {"a": "ü"})
                self.assertEqual(runtime.invoke([]).result(), [])
                self.assertEqual(runtime.api.connections, 1)

    def test_connects_again_when_the_connection_was_closed(self):
        for manners in (Manners(close_after_next=True), Manners(drop_response=True)):
            with self.subTest(vars(manners)):
                runtime = self.start({"main.js": ECHO}, "main.handler", manners=manners)

                self.assertEqual([runtime.invoke(n).result() for n in range(3)], [0, 1, 2])
                self.assertGreater(runtime.api.connections, 1)

    def test_goes_on_after_a_response_that_was_too_large(self):
        runtime = self.start({"main.js": ECHO}, "main.handler", manners=Manners(refuse=(413, "RequestEntityTooLarge")))

        self.assertEqual([runtime.invoke(n).result() for n in range(2)], [0, 1])
        self.assertEqual(runtime.stderr(), "")

    def test_tells_of_other_refusals(self):
        runtime = self.start({"main.js": ECHO}, "main.handler", manners=Manners(refuse=(403, "InvalidStateTransition")))

        self.assertEqual([runtime.invoke(n).result() for n in range(2)], [0, 1])
        runtime.await_output("err", b"The Runtime API answered 403 to a response")

    def test_ends_when_the_api_is_gone(self):
        runtime = self.start({"main.js": ECHO}, "main.handler", environment={"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"})

        self.assertEqual(runtime.exit_status(), 1)

    def test_speaks_through_a_channel(self):
        runtime = self.run_handler("async (event) => [event, process.env._HEARTH_CHANNEL]", channel=True)
        event = "ü" * (3 * 1024 * 1024 - 1)

        self.assertEqual(runtime.invoke(event).result(), [event, None])
        self.assertEqual(runtime.invoke(1).result(), [1, None])
        self.assertEqual(runtime.api.connections, 1)

    def test_speaks_through_a_unix_socket(self):
        runtime = self.start({"main.js": ECHO}, "main.handler", unix=True)

        self.assertEqual(runtime.invoke(1).result(), 1)


for_each(["18", "20", "22", "24"], interpreters.node, _Node, globals())
