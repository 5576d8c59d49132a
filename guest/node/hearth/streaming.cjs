'use strict';

// `awslambda`, by which functions say that they answer piece by piece, and learn which invocation runs.

const invokeStore = require('./invoke-store.cjs');
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

// Returns the store that is to be told of each invocation.
function install() {
  if (['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) return invokeStore.install({});
  globalThis.awslambda = { ...globalThis.awslambda, streamifyResponse, HttpResponseStream };
  return invokeStore.install(globalThis.awslambda);
}

// How a handler streams; null if it does not.
function optionsOf(handler) {
  const mark = handler[STREAMING];
  if (!mark) return null;
  if (mark !== RESPONSE) throw new MalformedStreamingHandler('Only response streaming is supported.');
  return { highWaterMark: handler[HIGH_WATER_MARK] };
}

module.exports = { install, optionsOf };
