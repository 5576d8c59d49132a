'use strict';

// Asks for invocations, has the handler run for each of them, and tells how it ended.

const { AsyncResource } = require('async_hooks');
const awslambda = require('./awslambda.cjs');
const { logError, setInvocation } = require('./console.cjs');
const { CLIENT_4, CallbackHandlerDeprecated, UnhandledPromiseRejection, describe } = require('./errors.cjs');
const handlers = require('./handlers.cjs');
const { Invocation } = require('./invocation.cjs');
const reports = require('./runtime-api.cjs');
const traceId = require('./trace-id.cjs');

// The function may replace these.
const { setImmediate } = globalThis;
const now = performance.now.bind(performance);
// Behind it a handler runs among the microtasks, as behind AWS's client: what it queues there comes before its ticks.
const SETTLED = Promise.resolve();
// Runs all ticks and microtasks, and tells of rejections that nobody handled.
const runTicks = process._tickCallback;

const EXIT_UNCAUGHT_EXCEPTION = 129;
const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_NOT_LOADED = CLIENT_4 ? 1 : EXIT_UNCAUGHT_EXCEPTION;
// As Node.js itself exits when a top-level `await` never ends.
const EXIT_UNSETTLED_AWAIT = 13;
const LAST_REPORT_TIMEOUT_MS = 2000;
// The event loop turns before an invocation if it has not for so long: connections may have ended, timers come due.
const LONGEST_STILLNESS_MS = 10;

// Serves one invocation after another without going back to the event loop, which would cost as much again, as long as
// each is over when its microtasks are. One that waits for something, or leaves something behind, gets the event loop.
//
// The next invocation is asked for last, when nothing that the one before left behind can fail any more but what waits
// for time or for others: whoever asks may get one at once, and it must not suffer from what was not its own.
class Runtime {
  #api;
  #store;
  #run = null; // the handler, for an invocation
  #initialised = false;
  #dying = false;
  #serving = false;

  // The invocation that runs.
  #invocation = null;
  // The report of the one before, which leaves together with the request for the next; empty if it has left.
  #unsent = '';
  // Whether the next invocation has been asked for, and what it is once it has come.
  #asked = false;
  #received = null;

  // `store` is told of each invocation.
  constructor(api, store) {
    this.#api = api;
    this.#store = store;
    process.on('uncaughtException', (error) => {
      if (isTheFunctions('uncaughtException')) return;
      this.#die('Uncaught Exception', error, EXIT_UNCAUGHT_EXCEPTION);
    });
    process.on('unhandledRejection', (reason, promise) => {
      if (isTheFunctions('unhandledRejection')) return;
      const error = new UnhandledPromiseRejection(reason, promise);
      this.#die('Unhandled Promise Rejection', error, EXIT_UNHANDLED_REJECTION);
    });
    process.on('beforeExit', () => this.#onEmptyLoop());
    process.on('exit', () => this.#onExit());
  }

  start(handler) {
    try {
      this.#run = this.#runnerOf(handler);
    } catch (error) {
      this.notLoaded(error);
      return;
    }
    setImmediate(this.#serve);
  }

  // There is no handler.
  notLoaded(error) {
    this.#die(CLIENT_4 ? 'Init Error' : 'Uncaught Exception', error, EXIT_NOT_LOADED);
  }

  #runnerOf(handler) {
    const options = awslambda.streamingOptionsOf(handler);
    if (options !== null) {
      return handlers.streaming(handler, options, (...response) => this.#api.openResponse(...response));
    }
    if (!CLIENT_4) return handlers.callingBack(handler);
    if (handler.length >= 3) {
      throw new CallbackHandlerDeprecated(
        'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You ' +
          'need to modify this function to use a supported handler signature to use Node.js 24 or later. For more ' +
          'information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
      );
    }
    return handlers.returning(handler);
  }

  #serve = () => {
    const turned = now();
    this.#serving = true;
    try {
      while (!this.#dying) {
        if (!this.#asked) this.#ask();
        const received = this.#received ?? this.#api.receive();
        if (received === null) {
          this.#api.connect(() => setImmediate(this.#serve)); // what connected would count as left behind
          return;
        }
        if (this.#received === null && now() - turned > LONGEST_STILLNESS_MS) {
          this.#received = received;
          setImmediate(this.#serve);
          return;
        }
        this.#received = null;
        this.#asked = false;
        this.#invocation = new Invocation(received, this.#ended);
        SETTLED.then(this.#begin);
        runTicks?.();
        if (this.#invocation !== null) return; // it waits for something
        if (runTicks === undefined || process.getActiveResourcesInfo().length > 0) {
          this.#sendReport();
          setImmediate(this.#serve);
          return;
        }
      }
    } finally {
      this.#serving = false;
    }
  };

  #ask() {
    this.#initialised = true;
    this.#asked = true;
    this.#api.askNext(this.#unsent);
    this.#unsent = '';
  }

  #sendReport() {
    if (this.#unsent !== '') this.#api.sendReport(this.#unsent);
    this.#unsent = '';
  }

  // Each invocation is an asynchronous resource of its own, so that its contexts do not reach the next.
  #begin = () => new AsyncResource('HEARTH_INVOCATION').runInAsyncScope(this.#invoke);

  #invoke = () => {
    const invocation = this.#invocation;
    const { requestId, tenantId } = invocation;
    setInvocation(requestId, tenantId);
    traceId.set(invocation.traceId);
    this.#store.run(awslambda.storedOf(requestId, invocation.traceId, tenantId), () => this.#run(invocation));
  };

  #ended = (report) => {
    if (this.#dying) return;
    this.#invocation = null;
    this.#unsent = report;
    if (this.#serving) return;
    this.#sendReport();
    setImmediate(this.#serve);
  };

  #onEmptyLoop() {
    if (this.#run === null) process.exit(EXIT_UNSETTLED_AWAIT);
    this.#invocation?.onEmptyLoop();
  }

  // The function may end the process with its answer given.
  #onExit() {
    if (!this.#dying) this.#sendReport();
  }

  // Tells what nobody caught, if there is somebody to tell, and ends the process.
  #die(title, thrown, status) {
    logError(title, thrown);
    if (this.#dying) return;
    this.#dying = true;
    this.#api.report(this.#lastReport(thrown), () => process.exit(status));
    setTimeout(() => process.exit(status), LAST_REPORT_TIMEOUT_MS);
  }

  // Empty if nobody waits for one.
  #lastReport(thrown) {
    const description = describe(thrown);
    const body = JSON.stringify(description);
    if (!this.#initialised) return reports.initError(body, description.errorType);
    if (this.#invocation === null) return this.#unsent;
    return reports.error(this.#invocation.requestId, body, description.errorType);
  }
}

// AWS's fourth client does not listen, so a listener of the function's own decides what becomes of the process.
function isTheFunctions(event) {
  return CLIENT_4 && process.listenerCount(event) > 1;
}

module.exports = { Runtime };
