'use strict';

// `awslambda`, by which functions say that they answer piece by piece, and learn which invocation runs.

const { MalformedStreamingHandler } = require('./errors.cjs');

// Other code may look for these marks, as in AWS's runtime.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const RESPONSE = 'response';

// What a function URL reads as status and headers: JSON, and so many NUL bytes behind it.
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = new Uint8Array(8);

class HttpResponseStream {
  // The same stream, whose first piece will have status and headers before it.
  static from(stream, prelude) {
    stream.setContentType(PRELUDE_TYPE);
    const text = JSON.stringify(prelude);
    stream._onBeforeFirstWrite = (write) => {
      write(text);
      write(PRELUDE_END);
    };
    return stream;
  }
}

function streamifyResponse(handler, options) {
  handler[STREAMING] = RESPONSE;
  if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
  return handler;
}

// Returns the store that is to be told of each invocation: the one that is there already, if the function's options have
// loaded one before us.
function install() {
  if (['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) return new InvokeStore();
  globalThis.awslambda = { ...globalThis.awslambda, streamifyResponse, HttpResponseStream };
  return (globalThis.awslambda.InvokeStore ??= new InvokeStore());
}

// Shared by every copy of such a package.
const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID');
const KEYS = { REQUEST_ID, X_RAY_TRACE_ID: TRACE_ID, TENANT_ID };

// What the invocation that runs is, for code that is not handed its context. Packages such as `@aws/lambda-invoke-store`,
// and by it AWS's SDK, take the store that they find here for their own. One invocation runs at a time, so that it need not
// follow asynchronous calls.
class InvokeStore {
  static PROTECTED_KEYS = KEYS;
  #context;

  run(context, action) {
    this.#context = context;
    return action();
  }

  getContext() {
    return this.#context;
  }

  hasContext() {
    return this.#context !== undefined;
  }

  get(key) {
    return this.#context?.[key];
  }

  set(key, value) {
    if (this.isProtectedKey(key)) throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    this.#context ??= {};
    this.#context[key] = value;
  }

  isProtectedKey(key) {
    return key === REQUEST_ID || key === TRACE_ID || key === TENANT_ID;
  }

  getRequestId() {
    return this.get(REQUEST_ID) ?? '-';
  }

  getXRayTraceId() {
    return this.get(TRACE_ID);
  }

  getTenantId() {
    return this.get(TENANT_ID);
  }
}

// What the store holds of an invocation.
function storedOf(requestId, traceId, tenantId) {
  return { [REQUEST_ID]: requestId, [TRACE_ID]: traceId, [TENANT_ID]: tenantId };
}

// How a handler streams; null if it does not.
function streamingOptionsOf(handler) {
  const mark = handler[STREAMING];
  if (!mark) return null;
  if (mark !== RESPONSE) throw new MalformedStreamingHandler('Only response streaming is supported.');
  return { highWaterMark: handler[HIGH_WATER_MARK] };
}

module.exports = { install, streamingOptionsOf, storedOf };
