'use strict';

const { CLIENT_4 } = require('./client.cjs');
const { logError } = require('./console.cjs');
const { JSONStringifyError, describe, tellable } = require('./errors.cjs');
const context = require('./context.cjs');
const reports = require('./runtime-api.cjs');

// One invocation: what it is about, and how it ends. Only its first end counts.
class Invocation {
  requestId;
  traceId;
  tenantId;
  // What to do when the event loop has nothing left, and with it nothing that could end the invocation.
  onEmptyLoop = () => {};
  #headers;
  #body;
  #over = false;
  #ended;

  // `ended` is told of the report that ends it.
  constructor({ headers, body }, ended) {
    this.requestId = headers['lambda-runtime-aws-request-id'];
    this.traceId = headers['lambda-runtime-trace-id'];
    this.tenantId = headers['lambda-runtime-aws-tenant-id'];
    this.#headers = headers;
    this.#body = body;
    this.#ended = ended;
  }

  event() {
    return JSON.parse(this.#body);
  }

  // Adds to a handler's context what all kinds of handlers find there.
  fill(given) {
    return context.fill(given, this.#headers);
  }

  succeed(result) {
    if (this.#over) return;
    let body;
    try {
      body = JSON.stringify(result) ?? 'null';
    } catch {
      const message = 'Unable to stringify response body';
      this.fail(CLIENT_4 ? new JSONStringifyError(message) : new Error(message));
      return;
    }
    this.end(reports.response(this.requestId, body));
  }

  fail(thrown) {
    if (this.#over) return;
    const told = tellable(thrown);
    logError('Invoke Error', told);
    const description = describe(told);
    this.end(reports.error(this.requestId, JSON.stringify(description), description.errorType));
  }

  // `report` is empty if the answer has left by another way.
  end(report) {
    if (this.#over) return;
    this.#over = true;
    this.onEmptyLoop = () => {};
    this.#ended(report);
  }
}

module.exports = { Invocation };
