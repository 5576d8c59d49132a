'use strict';

// Runs the handler, once for each invocation, and tells how it ended.

const { AsyncResource } = require('async_hooks');
const { logError, setInvocation } = require('./console.cjs');
const {
  CallbackHandlerDeprecated,
  JSONStringifyError,
  NodeJsExit,
  UnhandledPromiseRejection,
  describe,
} = require('./errors.cjs');
const reports = require('./runtime-api.cjs');
const streaming = require('./streaming.cjs');
const traceId = require('./trace-id.cjs');

// The function may replace these.
const { setImmediate } = globalThis;
const now = performance.now.bind(performance);
// Runs all ticks and microtasks, and tells of rejections that nobody handled.
const runTicks = process._tickCallback;

// Lambda dropped handlers that take a callback with Node.js 24.
const TAKES_CALLBACK = Number.parseInt(process.versions.node) < 24;

const EXIT_UNCAUGHT_EXCEPTION = 129;
const EXIT_UNHANDLED_REJECTION = 128;
// As Node.js itself exits when a top-level `await` never ends.
const EXIT_UNSETTLED_AWAIT = 13;
const LAST_REPORT_TIMEOUT_MS = 2000;
// The event loop turns before an invocation if it has not for so long: connections may have ended, timers come due.
const LONGEST_STILLNESS_MS = 10;

// Serves one invocation after another without going back to the event loop, which would cost as much again, as long as
// each is over when its microtasks are. One that waits for something, or leaves something behind, gets the event loop.
class Runtime {
  #api;
  #handler = null;
  #handlerIsAsync = false;
  #streamOptions = null; // of a handler that answers piece by piece
  #dying = false;

  // Whether the next invocation has been asked for, and what it is once it has come.
  #asked = false;
  #received = null;
  #serving = false;

  // The invocation that runs; null before the first, and from its report until the next.
  #requestId = null;

  // What to do when nothing is left that could end the invocation.
  #onEmptyLoop = () => process.exit(EXIT_UNSETTLED_AWAIT);

  #environment = {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };

  constructor(api) {
    this.#api = api;
    process.on('uncaughtException', (error) => this.uncaughtException(error));
    process.on('unhandledRejection', (reason, promise) => {
      const error = new UnhandledPromiseRejection(reason, promise);
      this.#die('Unhandled Promise Rejection', error, EXIT_UNHANDLED_REJECTION);
    });
    process.on('beforeExit', () => this.#onEmptyLoop());
  }

  start(handler) {
    try {
      this.#streamOptions = streaming.optionsOf(handler);
    } catch (error) {
      this.uncaughtException(error);
      return;
    }
    if (!TAKES_CALLBACK && handler.length >= 3 && this.#streamOptions === null) {
      const error = new CallbackHandlerDeprecated(
        'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You ' +
          'need to modify this function to use a supported handler signature to use Node.js 24 or later. For more ' +
          'information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
      );
      this.uncaughtException(error);
      return;
    }
    this.#handler = handler;
    this.#handlerIsAsync = handler.constructor?.name === 'AsyncFunction';
    this.#onEmptyLoop = () => {};
    this.#ask('');
  }

  #ask(report) {
    this.#asked = true;
    this.#api.askNext(report);
    if (!this.#serving) setImmediate(this.#serve);
  }

  #serve = () => {
    const turned = now();
    this.#serving = true;
    try {
      while (this.#asked) {
        const invocation = this.#received ?? this.#api.receive();
        if (invocation === null) {
          this.#api.connect(this.#serve);
          return;
        }
        if (this.#received === null && now() - turned > LONGEST_STILLNESS_MS) {
          this.#received = invocation;
          setImmediate(this.#serve);
          return;
        }
        this.#received = null;
        this.#asked = false;
        new AsyncResource('HEARTH_INVOCATION').runInAsyncScope(this.#invoke, this, invocation);
        runTicks?.();
        if (this.#asked && (runTicks === undefined || process.getActiveResourcesInfo().length > 0)) {
          setImmediate(this.#serve);
          return;
        }
      }
    } finally {
      this.#serving = false;
    }
  };

  uncaughtException(error) {
    this.#die('Uncaught Exception', error, EXIT_UNCAUGHT_EXCEPTION);
  }

  #invoke({ headers, body }) {
    const requestId = headers['lambda-runtime-aws-request-id'];
    this.#requestId = requestId;
    setInvocation(requestId, headers['lambda-runtime-aws-tenant-id']);
    traceId.set(headers['lambda-runtime-trace-id']);
    if (this.#streamOptions !== null) {
      this.#stream(requestId, headers, body);
      return;
    }

    this.#onEmptyLoop = () => {
      // An async handler has promised a result; any other may be done without having said so.
      if (this.#handlerIsAsync || !TAKES_CALLBACK) this.#fail(requestId, new NodeJsExit(requestId));
      else this.#succeed(requestId, null);
    };
    const context = { callbackWaitsForEmptyEventLoop: true };
    const succeed = (result) => this.#succeed(requestId, result);
    const fail = (error) => this.#fail(requestId, error ?? 'handled');
    try {
      const given = this.#context(context, headers);
      if (!TAKES_CALLBACK) {
        Promise.resolve(this.#handler(JSON.parse(body), given)).then(succeed, fail);
        return;
      }
      const result = this.#handler(JSON.parse(body), given, (error, value) => {
        if (error !== undefined && error !== null) fail(error);
        else if (context.callbackWaitsForEmptyEventLoop) this.#succeedLater(requestId, value);
        else succeed(value);
      });
      if (typeof result?.then === 'function') result.then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  }

  // Has the handler write its answer to a stream.
  #stream(requestId, headers, body) {
    const { ResponseStream } = require('./response-stream.cjs');
    const open = (contentType, onBroken) => this.#api.openResponse(requestId, contentType, onBroken);
    const stream = new ResponseStream(this.#streamOptions, open);
    const fail = (error) => {
      logError('Invoke Error', error);
      stream.fail(error);
    };
    this.#onEmptyLoop = () => fail(new NodeJsExit(requestId));
    stream.once('close', () => {
      if (this.#requestId === requestId) this.#end('');
    });
    try {
      const result = this.#handler(JSON.parse(body), stream, this.#context({}, headers));
      if (typeof result?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
      result.then((value) => {
        if (value !== undefined) console.warn('Streaming handlers ignore return values.');
      }, fail);
    } catch (error) {
      fail(error);
    }
  }

  #context(context, headers) {
    const requestId = headers['lambda-runtime-aws-request-id'];
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    if (TAKES_CALLBACK && this.#streamOptions === null) {
      context.succeed = (result) => this.#succeed(requestId, result);
      context.fail = (error) => this.#fail(requestId, error ?? 'handled');
      context.done = (error, result) => {
        if (error !== undefined && error !== null) this.#fail(requestId, error);
        else this.#succeed(requestId, result);
      };
    } else {
      delete context.callbackWaitsForEmptyEventLoop;
    }
    return Object.assign(context, this.#environment, {
      clientContext: parseHeader(headers['lambda-runtime-client-context'], 'ClientContext'),
      identity: parseHeader(headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
      invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
      awsRequestId: requestId,
      tenantId: headers['lambda-runtime-aws-tenant-id'],
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
  }

  // The first of succeed and fail counts; an invocation that has been reported is no more.
  #succeed(requestId, result) {
    if (this.#requestId !== requestId) return;
    let body;
    try {
      body = JSON.stringify(result) ?? 'null';
    } catch {
      const message = 'Unable to stringify response body';
      this.#fail(requestId, TAKES_CALLBACK ? new Error(message) : new JSONStringifyError(message));
      return;
    }
    this.#end(reports.response(requestId, body));
  }

  #succeedLater(requestId, result) {
    if (this.#requestId !== requestId || this.#dying) return;
    this.#onEmptyLoop = () => this.#succeed(requestId, result);
  }

  #fail(requestId, thrown) {
    if (this.#requestId !== requestId) return;
    logError('Invoke Error', thrown);
    const description = describe(thrown);
    this.#end(reports.error(requestId, JSON.stringify(description), description.errorType));
  }

  #end(report) {
    if (this.#dying) return;
    this.#requestId = null;
    this.#onEmptyLoop = () => {};
    this.#ask(report);
  }

  // Tells what nobody caught, if there is somebody to tell, and ends the process.
  #die(title, thrown, status) {
    logError(title, thrown);
    if (this.#dying) return;
    this.#dying = true;
    this.#onEmptyLoop = () => {};
    const initialised = this.#handler !== null;
    if (initialised && this.#requestId === null) process.exit(status);
    const description = describe(thrown);
    const body = JSON.stringify(description);
    const report = initialised
      ? reports.error(this.#requestId, body, description.errorType)
      : reports.initError(body, description.errorType);
    this.#api.report(report, () => process.exit(status));
    setTimeout(() => process.exit(status), LAST_REPORT_TIMEOUT_MS);
  }
}

// Headers arrive as Latin-1, and what is in these is JSON in UTF-8.
function parseHeader(value, name) {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(value, 'latin1').toString());
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { Runtime };
