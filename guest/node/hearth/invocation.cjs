'use strict';

const { logError } = require('./console.cjs');
const { CLIENT_4, JSONStringifyError, describe, tellable } = require('./errors.cjs');
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
    return fill(given, this.#headers);
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

let environment;

// Adds to an object that a handler gets what it learns of its invocation, and of the function that it belongs to.
function fill(context, headers) {
  environment ??= {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  Object.assign(context, environment, {
    clientContext: parse(headers['lambda-runtime-client-context'], 'ClientContext'),
    identity: parse(headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
  if (CLIENT_4) context.xRayTraceId = headers['lambda-runtime-trace-id'];
  return context;
}

// Headers arrive as Latin-1, and what is in these is JSON in UTF-8.
function parse(value, name) {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(value, 'latin1').toString());
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { Invocation };
