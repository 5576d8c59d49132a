"""The Node.js runtime, with every Node.js that this host has."""

import json
import os
import pathlib
import re

import interpreters
from fake_runtime_api import Manners
from runtime_process import GUEST
from runtime_test import for_each, versions

ECHO = "exports.handler = async (event) => event;\n"
# AWS's fourth client for Node.js came with Node.js 24, and dropped callbacks.
client_3 = versions(lambda major: major < 24, "of AWS's third client")
client_4 = versions(lambda major: major >= 24, "of AWS's fourth client")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class _Node:
    def command(self):
        options = ["--expose-internals"] if int(self.version) < 22 else []
        return [self.interpreter] + options + [os.path.join(GUEST, "node", "bootstrap.cjs")]

    def run_handler(self, code, **options):
        """Starts a function whose handler is this expression."""
        return self.start({"main.js": "exports.handler = %s;\n" % code}, "main.handler", **options)

    def has_client_4(self):
        return int(self.version) >= 24

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
            self.assertEqual(error["errorType"], "Runtime.JSONStringifyError" if self.has_client_4() else "Error")

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

    @client_3
    def test_takes_a_result_by_callback(self):
        runtime = self.run_handler("(event, context, callback) => { setTimeout(() => callback(null, event), 5); }")

        self.assertEqual([runtime.invoke(n).result() for n in range(3)], [0, 1, 2])

    @client_3
    def test_takes_an_error_by_callback(self):
        runtime = self.run_handler("(event, context, callback) => callback(event === 1 ? new TypeError('no') : 'text')")

        of_error = runtime.invoke(1).error()

        self.assertEqual((of_error["errorType"], of_error["errorMessage"]), ("TypeError", "no"))
        of_text = {"errorType": "string", "errorMessage": "text", "trace": []}
        self.assertEqual(runtime.invoke(2).error(), of_text)

    @client_3
    def test_waits_for_an_empty_event_loop_after_a_callback(self):
        code = (
            "(event, context, callback) => {"
            "  context.callbackWaitsForEmptyEventLoop = event;"
            "  const box = {}; callback(null, box); setTimeout(() => { box.late = true; }, 20); }"
        )
        runtime = self.run_handler(code)

        self.assertEqual(runtime.invoke(True).result(), {"late": True})
        self.assertEqual(runtime.invoke(False).result(), {})

    @client_3
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

    @client_3
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

    @client_3
    def test_takes_only_the_first_result(self):
        handlers = {
            "(e, c, cb) => { c.succeed('A'); cb(new Error('B')); c.done(null, 'B'); return Promise.reject(1); }": "A",
            "(e, c, cb) => { c.done(null, 'A'); throw new Error('B'); }": "A",
            "(e, c, cb) => { cb(null, 'A'); cb(null, 'B'); cb(new Error('B')); c.fail('B'); c.succeed('B'); }": "A",
            "(e, c, cb) => { cb(null, 'A'); throw new Error('B'); }": "A",
            "(e, c, cb) => { cb(null, 'A'); return Promise.resolve('B'); }": "A",
            "(e, c, cb) => { setTimeout(() => cb(null, 'B'), 5); return Promise.resolve('A'); }": "A",
            "(e, c, cb) => { setTimeout(cb, 1, null, 'A'); setTimeout(cb, 5, new Error('B')); return 'B'; }": "A",
            "async (e, c, cb) => { cb(null, 'A'); }": "A",
            "async (e, c, cb) => cb(null, 'A')": "A",
            "async (e, c, cb) => { cb(null, 'A'); return 'B'; }": "A",
            "async (e, c, cb) => { cb(null, 'A'); throw new Error('B'); }": "A",
            "async (e, c, cb) => { await new Promise((r) => setTimeout(r, 5)); cb(null, 'A'); }": "A",
            "async (e, c, cb) => { c.succeed('A'); await 1; throw new Error('B'); }": "A",
            "async (e, c, cb) => { setImmediate(cb, null, 'B'); return 'A'; }": "A",
            "(e, c, cb) => Promise.resolve('A').then((value) => cb(null, value))": "A",
            "(e, c, cb) => ({ then(resolve) { resolve('A'); cb(null, 'B'); return this; } })": "A",
        }
        for code, expected in handlers.items():
            with self.subTest(code):
                runtime = self.run_handler(code, channel=True)
                self.assertEqual([runtime.invoke().result() for _ in range(3)], [expected] * 3)

    @client_3
    def test_takes_only_the_first_error(self):
        handlers = (
            "async (e, c, cb) => { cb(new Error('A')); return 'B'; }",
            "async (e, c, cb) => { cb(new Error('A')); throw new Error('B'); }",
            "(e, c, cb) => { c.fail(new Error('A')); cb(null, 'B'); }",
            "(e, c, cb) => { cb(new Error('A')); throw new Error('B'); }",
            "(e, c, cb) => { setImmediate(cb, null, 'B'); throw new Error('A'); }",
        )
        for code in handlers:
            with self.subTest(code):
                runtime = self.run_handler(code, channel=True)
                self.assertEqual([runtime.invoke().error()["errorMessage"] for _ in range(2)], ["A"] * 2)

    @client_3
    def test_does_not_take_a_result_of_an_earlier_invocation(self):
        code = (
            "let earlier = null; exports.handler = (event, context, callback) => {"
            "  context.callbackWaitsForEmptyEventLoop = false;"
            "  if (earlier !== null) { earlier.callback(null, 'late'); earlier.context.fail('late'); }"
            "  earlier = { callback, context }; setTimeout(callback, 1, null, event); };"
        )
        runtime = self.start({"main.js": code}, "main.handler")

        self.assertEqual([runtime.invoke(n).result() for n in range(3)], [0, 1, 2])

    @client_3
    def test_uses_what_the_handler_has_put_in_place_of_the_context_s_functions(self):
        code = (
            "async (event, context) => {"
            "  const { succeed } = context; context.succeed = (value) => succeed(['wrapped', value]); return event; }"
        )

        self.assertEqual(self.run_handler(code).invoke(1).result(), ["wrapped", 1])

    @client_3
    def test_answers_null_for_a_callback_that_is_never_called(self):
        runtime = self.run_handler("(event, context, callback) => { setTimeout(() => {}, 5); return 'ignored'; }")

        self.assertEqual([runtime.invoke().outcome().body for _ in range(2)], [b"null", b"null"])

    @client_4
    def test_refuses_handlers_with_a_callback_from_node_24_on(self):
        runtime = self.run_handler("(event, context, callback) => callback(null, 1)")

        error = runtime.api.init_error().json()

        self.assertEqual(error["errorType"], "Runtime.CallbackHandlerDeprecated")
        self.assertEqual(runtime.exit_status(), 1)

    @client_4
    def test_takes_what_a_plain_function_returns_from_node_24_on(self):
        code = "(event, context) => [event, context.succeed, context.callbackWaitsForEmptyEventLoop]"
        runtime = self.run_handler(code)

        self.assertEqual(runtime.invoke(1).result(), [1, None, None])

    # Streams

    def stream(self, body, **options):
        """Starts a function that streams, with this body of its handler; `end` is what it calls to do so."""
        code = "awslambda.streamifyResponse(async (event, stream, context) => { %s })" % body
        return self.run_handler(code, **options)

    def test_streams_an_answer(self):
        runtime = self.stream("stream.write('a'); stream.write({ b: event }); stream.end('c');")

        for n in range(2):
            outcome = runtime.invoke(n).outcome()
            self.assertEqual(outcome.body, b'a{"b":%d}c' % n)
            self.assertEqual(outcome.trailers, {})
            self.assertEqual(outcome.headers["content-type"], "application/octet-stream")

    def test_streams_status_and_headers_as_they_were_given(self):
        runtime = self.stream(
            "const prelude = { statusCode: 201 }; stream = awslambda.HttpResponseStream.from(stream, prelude);"
            "prelude.statusCode = 500; stream.write('a'); stream.end();"
        )

        self.assertEqual(runtime.invoke().outcome().body, b'{"statusCode":201}' + bytes(8) + b"a")

    def test_tells_of_an_error_behind_what_was_streamed(self):
        runtime = self.stream("stream.write('a'); throw new RangeError('b');")

        outcome = runtime.invoke().outcome()

        self.assertEqual(outcome.body, b"a")
        self.assertEqual(outcome.trailers["lambda-runtime-function-error-type"], "RangeError")
        self.assertEqual(runtime.invoke().outcome().body, b"a")

    def test_works_on_behind_an_answer_that_was_streamed(self):
        runtime = self.stream("stream.end('a'); await new Promise((resolve) => setTimeout(resolve, 20)); console.log('on');")

        bodies = [runtime.invoke().outcome().body for _ in range(3)]

        self.assertEqual(bodies, [b"a"] * 3)
        self.assertEqual([frame.text.split("\t")[3] for frame in runtime.frames()], ["on\n"] * 2)

    def test_logs_what_a_handler_throws_behind_its_streamed_answer(self):
        runtime = self.stream("stream.end('a'); await new Promise(setImmediate); throw new Error('b');")

        outcomes = [runtime.invoke().outcome() for _ in range(2)]

        self.assertEqual([(outcome.body, outcome.trailers) for outcome in outcomes], [(b"a", {})] * 2)
        self.assertIn("\tERROR\tInvoke Error \t{", runtime.frames()[0].text)

    @client_3
    def test_waits_for_an_empty_event_loop_behind_a_streamed_answer(self):
        runtime = self.stream("setTimeout(() => console.log('late'), 20); stream.end('a');")

        bodies = [runtime.invoke().outcome().body for _ in range(2)]

        self.assertEqual(bodies, [b"a"] * 2)
        self.assertIn("late", runtime.frames()[0].text)

    def test_does_not_wait_for_the_event_loop_behind_a_streamed_answer_if_told_so_or_from_node_24_on(self):
        told = "" if self.has_client_4() else "context.callbackWaitsForEmptyEventLoop = false;"
        runtime = self.stream(told + "setTimeout(() => {}, 60000); stream.end('a');")

        self.assertEqual([runtime.invoke().outcome().body for _ in range(2)], [b"a"] * 2)

    def test_refuses_to_stream_without_a_promise(self):
        runtime = self.run_handler("awslambda.streamifyResponse((event, stream) => { stream.write('a'); })")

        trailers = runtime.invoke().outcome().trailers

        expected = "Error" if self.has_client_4() else "string"
        self.assertEqual(trailers["lambda-runtime-function-error-type"], expected)

    def test_keeps_an_end_that_comes_twice_from_the_next_invocation(self):
        for again in ("stream.end('b')", "stream.write('b')"):
            with self.subTest(again):
                runtime = self.stream("stream.end('a'); %s;" % again)

                self.assertEqual([runtime.invoke().outcome().body for _ in range(3)], [b"a"] * 3)
                self.assertIn("\tERROR\tInvoke Error \t{", runtime.frames()[0].text)

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

    @client_3
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

        expected = ("object", "Error: far") if self.has_client_4() else ("Error", "far")
        self.assertEqual((error["errorType"], error["errorMessage"]), expected)

    def test_tells_of_errors_that_cannot_be_told(self):
        code = "async () => { throw Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } }); }"
        self.assertEqual(self.run_handler(code).invoke().error()["errorType"], "handled")

        code = "async () => { throw { get toString() { throw new RangeError('no text'); } }; }"
        error = self.run_handler(code).invoke().error()
        self.assertEqual((error["errorType"], error["errorMessage"]), ("RangeError", "no text"))

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

    def assert_ends_after_its_answer(self, files, title, status):
        runtime = self.start(files, "main.handler", channel=True)
        invocation = runtime.invoke()

        self.assertEqual(invocation.result(), "fine")
        self.assertEqual(runtime.exit_status(), status)
        self.assertEqual(runtime.api.asked, 1)
        self.assertIn("%s\tERROR\t%s \t{" % (invocation.request_id, title), runtime.frames()[-1].text)

    def test_does_not_ask_for_the_next_event_when_a_rejection_is_left_behind(self):
        reject = "async function reject() { throw new Error('nobody awaits this'); }\n"
        wait = "await new Promise((resolve) => setTimeout(resolve, 5));"
        handlers = {
            "main.js": "exports.handler = async () => { reject(); return 'fine'; };\n",
            "main.cjs": "exports.handler = async () => { %s reject(); return 'fine'; };\n" % wait,
            "main.mjs": "export const handler = async () => { reject(); return 'fine'; };\n",
        }
        for name, code in handlers.items():
            with self.subTest(code):
                self.assert_ends_after_its_answer({name: reject + code}, "Unhandled Promise Rejection", 128)

    @client_3
    def test_does_not_ask_for_the_next_event_when_a_rejection_is_left_behind_a_callback(self):
        handlers = (
            "(e, context, cb) => { context.callbackWaitsForEmptyEventLoop = false; Promise.reject(1); cb(null, 'fine'); }",
            "(e, context) => { Promise.reject(1); context.succeed('fine'); }",
        )
        for code in handlers:
            with self.subTest(code):
                files = {"main.js": "exports.handler = %s;\n" % code}
                self.assert_ends_after_its_answer(files, "Unhandled Promise Rejection", 128)

    def test_does_not_ask_for_the_next_event_when_something_is_thrown_behind_an_answer(self):
        for later in ("process.nextTick", "setImmediate", "queueMicrotask"):
            with self.subTest(later):
                code = "exports.handler = async () => { %s(() => { throw new Error('late'); }); return 'fine'; };\n"
                # The answer comes by a promise, and so behind what the handler has queued among the microtasks.
                if later != "queueMicrotask":
                    self.assert_ends_after_its_answer({"main.js": code % later}, "Uncaught Exception", 129)
                else:
                    runtime = self.start({"main.js": code % later}, "main.handler")
                    self.assertEqual(runtime.invoke().error()["errorMessage"], "late")
                    self.assertEqual(runtime.exit_status(), 129)

    @client_4
    def test_leaves_to_listeners_of_the_function_what_they_listen_to(self):
        code = (
            "const seen = []; process.on('unhandledRejection', (reason) => seen.push(reason));"
            "process.on('uncaughtException', (error) => seen.push(error));"
            "exports.handler = async () => {"
            "  Promise.reject('left'); setImmediate(() => { throw 'thrown'; });"
            "  await new Promise((resolve) => setTimeout(resolve, 5)); return seen; };"
        )
        runtime = self.start({"main.js": code}, "main.handler")

        results = [runtime.invoke().result() for _ in range(2)]

        self.assertEqual(results, [["left", "thrown"], ["left", "thrown"] * 2])

    @client_3
    def test_ends_before_listeners_of_the_function_hear_of_a_rejection(self):
        code = (
            "process.on('unhandledRejection', () => console.log('heard'));"
            "exports.handler = async () => { Promise.reject('left'); return 'fine'; };"
        )
        self.assert_ends_after_its_answer({"main.js": code}, "Unhandled Promise Rejection", 128)

    def test_runs_microtasks_before_ticks_as_within_a_promise(self):
        code = (
            "const seen = []; exports.handler = async () => {"
            "  process.nextTick(() => seen.push('tick')); Promise.resolve().then(() => seen.push('microtask'));"
            "  await new Promise(setImmediate); return seen; };"
        )

        result = self.start({"main.js": code}, "main.handler", channel=True).invoke().result()

        self.assertEqual(result, ["microtask", "tick"])

    def test_leaves_rejections_to_listeners_of_the_function(self):
        code = (
            "let seen = null; process.removeAllListeners('unhandledRejection');"
            "process.on('unhandledRejection', (reason) => { seen = reason; });"
            "exports.handler = async () => { Promise.reject('left'); return seen; };"
        )
        runtime = self.start({"main.js": code}, "main.handler")

        self.assertEqual([runtime.invoke().result() for _ in range(2)], [None, "left"])

    def test_answers_though_the_function_ends_the_process(self):
        handlers = ["async () => { Promise.resolve().then(() => {}).then(() => {}).then(() => process.exit(7)); return 'A'; }"]
        if not self.has_client_4():
            handlers.append("(e, context) => { context.succeed('A'); process.exit(7); }")
        for code in handlers:
            with self.subTest(code):
                runtime = self.run_handler(code, channel=True)

                self.assertEqual(runtime.invoke().result(), "A")
                self.assertEqual(runtime.exit_status(), 7)
                self.assertEqual(runtime.api.asked, 1)

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

        self.assertEqual(runtime.exit_status(), 1 if self.has_client_4() else 129)
        self.assertEqual(error["errorType"], error_type)
        self.assertEqual(error["errorMessage"].replace(runtime.task, "TASK").split("\n")[0], message)
        named = error_type if error_type.startswith("Runtime.") else None
        self.assertEqual(request.headers.get("lambda-runtime-function-error-type"), named)
        logged = runtime.frames()[-1].text
        title = "-\tERROR\tInit Error" if self.has_client_4() else "undefined\tERROR\tUncaught Exception"
        self.assertRegex(logged, r"\A%s\t%s \t\{" % (TIME, title))
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

    def test_tells_the_reason_of_a_rejection_while_a_module_loads(self):
        modules = {
            "main.js": "Promise.reject(new RangeError('early'));\n" + ECHO,
            "main.cjs": "(async () => { throw new RangeError('early'); })();\n" + ECHO,
            "main.mjs": "Promise.reject(new RangeError('early')); await new Promise(() => {});\n",
            "a/main.mjs": "Promise.reject(new RangeError('early')); export const handler = async () => 1;\n",
        }
        for name, code in modules.items():
            with self.subTest(name):
                runtime = self.start({name: code}, name.split(".")[0] + ".handler")
                error = runtime.api.init_error().json()

                self.assertEqual(error["errorType"], "Runtime.UnhandledPromiseRejection")
                self.assertEqual(error["errorMessage"], "RangeError: early")
                self.assertEqual(runtime.exit_status(), 128)
                self.assertEqual(runtime.api.asked, 0)
                self.assertIn("\tERROR\tUnhandled Promise Rejection \t{", runtime.frames()[-1].text)

    def test_tells_what_a_top_level_await_brought(self):
        for await_, message in {"Promise.reject(new TypeError('early'))": "early", "null.early": "null"}.items():
            with self.subTest(await_):
                runtime = self.start({"main.mjs": "await %s;\n" % await_}, "main.handler")
                error = runtime.api.init_error().json()

                self.assertEqual(error["errorType"], "TypeError")
                self.assertIn(message, error["errorMessage"])

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
            "default export of CommonJS": ({"main.js": "exports.default = async () => 'cjs';\n"}, "main.default", "cjs"),
            "nested": ({"a/b/main.js": "exports.o = { p: { h: async () => 'cjs' } };\n"}, "a/b/main.o.p.h", "cjs"),
        }
        for name, (files, handler, expected) in cases.items():
            with self.subTest(name):
                self.assertEqual(self.start(files, handler).invoke().result(), expected)

    @client_4
    def test_finds_handlers_that_only_a_default_export_has(self):
        runtime = self.start({"main.mjs": "export default { handler: async () => 'esm' };\n"}, "main.handler")

        self.assertEqual(runtime.invoke().result(), "esm")

    @client_4
    def test_loads_a_module_that_awaits_something_and_is_one_by_its_text_only(self):
        code = "const value = await Promise.resolve('esm'); export const handler = async () => value;\n"

        self.assertEqual(self.start({"main.js": code}, "main.handler").invoke().result(), "esm")

    @versions(lambda major: major >= 24, "Lambda loads TypeScript with Node.js 24")
    def test_finds_handlers_in_typescript(self):
        code = "exports.handler = async (event: number): Promise<number> => event;\n"
        runtime = self.start({"main.ts": code}, "main.handler")

        self.assertEqual(runtime.invoke(1).result(), 1)

    def test_finds_a_handler_by_an_absolute_path(self):
        runtime = self.start({"main.js": ECHO}, "main.handler")
        path = os.path.join(runtime.task, "main")

        self.assertEqual(self.start({"x.js": ""}, path + ".handler").invoke(1).result(), 1)

    # Packages of layers

    LAYERS = {
        "../a/node_modules/esm/package.json": '{"type": "module", "main": "index.mjs"}',
        "../a/node_modules/esm/index.mjs": "export default 'esm'; export const url = import.meta.url;\n",
        "../a/node_modules/cjs/index.js": "module.exports = 'cjs';\n",
        "../a/node_modules/@s/p/package.json":
            '{"exports": {".": {"import": "./i.mjs", "require": "./r.js"}, "./sub": "./s.js", "./data": "./d.json"}}',
        "../a/node_modules/@s/p/i.mjs": "export default 'imported';\n",
        "../a/node_modules/@s/p/r.js": "module.exports = 'required';\n",
        "../a/node_modules/@s/p/s.js": "module.exports = 'sub';\n",
        "../a/node_modules/@s/p/d.json": '{"is": "data"}',
        "../a/node_modules/linked": pathlib.Path("../store/linked"),
        "../a/store/linked/index.js": "module.exports = require('./beside.json').is;\n",
        "../a/store/linked/beside.json": '{"is": "linked"}',
        "../a/node_modules/needs/index.mjs": "import other from 'other'; export default 'needs ' + other;\n",
        "../a/node_modules/needs/package.json": '{"main": "index.mjs"}',
        "../b/node_modules/other/index.js": "module.exports = 'other';\n",
        "../b/node_modules/cjs/index.js": "module.exports = 'of the second';\n",
        "../b/plain/index.js": "module.exports = 'plain';\n",
    }
    NODE_PATH = {"NODE_PATH": "{folder}/none/node_modules:{folder}/a/node_modules:{folder}/b/node_modules:{folder}/b"}

    def start_with_layers(self, files, **options):
        return self.start({**self.LAYERS, **files}, "main.handler", environment=self.NODE_PATH, **options)

    def test_imports_packages_of_layers(self):
        imports = {
            "esm": "esm",
            "cjs": "cjs",
            "@s/p": "imported",
            "@s/p/sub": "sub",
            "linked": "linked",
            "needs": "needs other",
            "other": "other",
            "plain": "plain",
            "esm/index.mjs": "esm",
        }
        for name, expected in imports.items():
            with self.subTest(name):
                code = (
                    "import it from '%s';\n"
                    "export const handler = async () => [it, (await import('%s')).default];\n" % (name, name)
                )
                self.assertEqual(self.start_with_layers({"main.mjs": code}).invoke().result(), [expected] * 2)

    def test_imports_packages_of_layers_from_commonjs(self):
        code = "exports.handler = async () => [(await import('esm')).default, (await import('@s/p')).default];\n"

        self.assertEqual(self.start_with_layers({"main.js": code}).invoke().result(), ["esm", "imported"])

    def test_imports_packages_of_layers_from_a_module_that_is_required(self):
        code = "exports.handler = async () => [await require('./lib.js')(), require('cjs'), require('@s/p')];\n"
        library = "module.exports = async () => (await import('needs')).default;\n"

        runtime = self.start_with_layers({"main.js": code, "lib.js": library})

        self.assertEqual(runtime.invoke().result(), ["needs other", "cjs", "required"])

    @versions(lambda major: major >= 22, "requiring ES modules came with Node.js 22")
    def test_imports_packages_of_layers_from_es_modules_that_are_required(self):
        library = "import it from 'esm'; export { it };\n"
        for files in (
            {"lib.mjs": library, "main.js": "exports.handler = async () => require('./lib.mjs').it;\n"},
            {"lib.js": library, "main.js": "exports.handler = async () => require('./lib.js').it;\n"},
            {"main.js": "exports.handler = async () => require('needs').default;\n"},
        ):
            with self.subTest(files):
                self.assertIn(self.start_with_layers(files).invoke().result(), ("esm", "needs other"))

    def test_imports_data_of_layers(self):
        attribute = "assert" if int(self.version) < 20 else "with"
        code = "import it from '@s/p/data' %s { type: 'json' };\nexport const handler = async () => it;\n" % attribute

        self.assertEqual(self.start_with_layers({"main.mjs": code}).invoke().result(), {"is": "data"})

    def test_prefers_the_function_s_own_packages_to_those_of_layers(self):
        code = "import it from 'esm';\nexport const handler = async () => it;\n"
        own = {"main.mjs": code, "node_modules/esm/index.js": "module.exports = 'own';\n"}

        self.assertEqual(self.start_with_layers(own).invoke().result(), "own")

    def test_shares_a_module_between_those_who_import_and_who_require_it(self):
        code = (
            "import { createRequire } from 'module'; import it from 'counts';\n"
            "export const handler = async () => [it.n++, createRequire(import.meta.url)('counts').n];\n"
        )
        layer = {"main.mjs": code, "../a/node_modules/counts/index.js": "exports.n = 1;\n"}

        self.assertEqual(self.start_with_layers(layer).invoke().result(), [1, 2])

    def test_tells_of_packages_that_are_nowhere(self):
        runtime = self.start_with_layers({"main.mjs": "import it from 'lost';\n"})
        message = "Cannot find package 'lost' imported from %s/main.mjs" % runtime.task

        error = runtime.api.init_error().json()

        self.assertEqual((error["errorType"], error["errorMessage"]), ("Error", message))

    def test_tells_of_files_and_exports_that_a_package_does_not_have(self):
        lost = {"./lost.mjs": "Cannot find module", "@s/p/lost": "Package subpath './lost' is not defined by"}
        for name, message in lost.items():
            with self.subTest(name):
                runtime = self.start_with_layers({"main.mjs": "import it from '%s';\n" % name})
                self.assertIn(message, runtime.api.init_error().json()["errorMessage"])

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
        if self.has_client_4():
            expected["xRayTraceId"] = invocation.headers["Lambda-Runtime-Trace-Id"]
        else:
            expected["callbackWaitsForEmptyEventLoop"] = True
        self.assertEqual(context, expected)
        self.assertTrue(50_000 < remaining <= 60_000, remaining)
        self.assertEqual({"succeed", "fail", "done"} <= set(keys), not self.has_client_4())

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

    # The store of invocations

    STORE = (
        "const store = globalThis.awslambda?.InvokeStore;"
        "const seen = () => [store.getRequestId(), store.getXRayTraceId() ?? null, store.getTenantId() ?? null];"
    )

    def test_tells_the_store_of_each_invocation(self):
        code = (
            self.STORE + "const early = [...seen(), store.hasContext()];"
            "exports.handler = async () => {"
            "  await new Promise((resolve) => setTimeout(resolve, 1));"
            "  const had = store.get('own') ?? null; store.set('own', 1); return [early, seen(), had, store.get('own')]; };"
        )
        runtime = self.start({"main.js": code}, "main.handler")
        for tenant in ("t1", None):
            headers = {"Lambda-Runtime-Trace-Id": "Root=%s" % tenant}
            if tenant:
                headers["Lambda-Runtime-Aws-Tenant-Id"] = tenant
            invocation = runtime.invoke(headers=headers)
            now = [invocation.request_id, "Root=%s" % tenant, tenant]
            self.assertEqual(invocation.result(), [["-", None, None, False], now, None, 1])

    def test_keeps_the_store_s_own_entries_from_the_function(self):
        code = (
            self.STORE + "exports.handler = async () => {"
            "  const keys = Object.getOwnPropertySymbols(store.getContext());"
            "  return keys.map((key) => { try { store.set(key, 1); } catch (error) { return error.message; } }); };"
        )

        messages = self.start({"main.js": code}, "main.handler").invoke().result()

        names = ("REQUEST_ID", "X_RAY_TRACE_ID", "TENANT_ID")
        template = "Cannot modify protected Lambda context field: Symbol(_AWS_LAMBDA_%s)"
        self.assertEqual(messages, [template % name for name in names])

    def test_fills_the_store_that_was_there_before(self):
        older = (
            "globalThis.awslambda = { InvokeStore: { run(context, action) { this.context = context; return action(); } } };"
        )
        code = (
            "exports.handler = async () => {"
            "  const { context } = awslambda.InvokeStore; return context[Symbol.for('_AWS_LAMBDA_REQUEST_ID')]; };"
        )
        environment = {"NODE_OPTIONS": "--require={folder}/task/older.js"}
        runtime = self.start({"main.js": code, "older.js": older}, "main.handler", environment=environment)

        invocation = runtime.invoke()

        self.assertEqual(invocation.result(), invocation.request_id)

    def test_does_without_a_global_object_if_told_so(self):
        environment = {"AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA": "1"}
        runtime = self.run_handler("async () => typeof awslambda", environment=environment)

        self.assertEqual(runtime.invoke().result(), "undefined")

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
            text % (TIME, "-" if self.has_client_4() else "undefined", "INFO", "early"),
            text % (TIME, invocation.request_id, "TRACE", "t"),
            text % (TIME, invocation.request_id, "DEBUG", "d"),
            text % (TIME, invocation.request_id, "INFO", r"i: 1 \{ a: 1 \}"),
            text % (TIME, invocation.request_id, "WARN", "two\nlines ü"),
            text % (TIME, invocation.request_id, "ERROR", "undefined"),
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
            "  console.log(); console.warn(undefined, 1);\n"
            "}",
            environment={"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"},
        )
        invocation = runtime.invoke(headers={"Lambda-Runtime-Aws-Tenant-Id": "t1"})
        invocation.outcome()

        frames = runtime.frames()

        plain, order, failed, error, ring, nothing, undefined = [json.loads(frame.text) for frame in frames]
        kinds = [0xA55A000E, 0xA55A0012, 0xA55A0016, 0xA55A0016, 0xA55A000E, 0xA55A000E, 0xA55A0012]
        self.assertEqual([frame.kind for frame in frames], kinds)
        self.assertRegex(plain.pop("timestamp"), "^%s$" % TIME)
        expected = {"level": "INFO", "requestId": invocation.request_id, "tenantId": "t1", "message": "plain"}
        self.assertEqual(plain, expected)
        self.assertEqual(order["message"], {"order": 7})
        self.assertTrue(failed["message"].startswith("failed: RangeError: far\n"), failed)
        self.assertEqual((failed["errorType"], failed["errorMessage"]), ("RangeError", "far"))
        self.assertEqual(error["message"]["stackTrace"][0], "RangeError: far")
        self.assertIn("[Circular *1]", ring["message"])
        self.assertEqual(list(nothing), ["timestamp", "level", "requestId", "tenantId"])
        self.assertEqual(undefined["message"], "undefined 1")

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


for_each(["18", "20", "22", "24", "26"], interpreters.node, _Node, globals())
