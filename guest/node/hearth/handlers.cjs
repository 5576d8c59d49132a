'use strict';

// How a handler is run for an invocation, by its kind. Each kind is a function of the handler, and returns what runs it.

const { logError } = require('./console.cjs');
const { CLIENT_4, NodeJsExit } = require('./errors.cjs');

// Node.js 24 and later: what the handler returns, or what its promise brings, is the result.
function returning(handler) {
  return (invocation) => {
    const fail = (error) => invocation.fail(error);
    // A promise that is pending when nothing is left will be so for ever.
    invocation.onEmptyLoop = () => invocation.fail(new NodeJsExit(invocation.requestId));
    try {
      const result = handler(invocation.event(), invocation.fill({}));
      Promise.resolve(result).then((value) => invocation.succeed(value), fail);
    } catch (error) {
      invocation.fail(error);
    }
  };
}

// Before Node.js 24: the first of the callback, the context's `succeed`, `fail` and `done`, and a promise that the handler
// returns is the result, whatever follows it.
function callingBack(handler) {
  const isAsync = handler.constructor?.name === 'AsyncFunction';
  return (invocation) => {
    let settled = false;
    const first = (settle) => (error, result) => {
      if (settled) return;
      settled = true;
      settle(error, result);
    };
    const done = (error, result) => {
      if (error !== undefined && error !== null) invocation.fail(error);
      else invocation.succeed(result);
    };
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      succeed: first((result) => invocation.succeed(result)),
      fail: first((error) => invocation.fail(error ?? 'handled')),
      done: first(done),
    };
    const callback = first((error, result) => {
      const waits = context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null);
      if (waits) invocation.onEmptyLoop = () => invocation.succeed(result);
      else done(error, result);
    });
    invocation.onEmptyLoop = () => {
      // An async handler has promised a result; any other may be done without having said so.
      if (isAsync) invocation.fail(new NodeJsExit(invocation.requestId));
      else invocation.succeed(null);
    };
    try {
      const result = handler(invocation.event(), invocation.fill(context), callback);
      if (typeof result?.then === 'function') follow(result, context);
    } catch (error) {
      callback(error);
    }
  };
}

// Looks the functions up now, because the handler may have put its own in their places.
function follow(promise, context) {
  const { succeed, fail } = context;
  const settled = promise.then(succeed, fail);
  // What merely looks like a promise must return another one, as with AWS's client.
  if (!(promise instanceof Promise)) settled.catch(fail);
}

// The handler writes its answer to a stream.
//
// `openResponse` begins the request that carries it: see `RuntimeApi.openResponse`.
function streaming(handler, options, openResponse) {
  const { ResponseStream } = require('./response-stream.cjs');
  return (invocation) => {
    const open = (contentType, onBroken) => openResponse(invocation.requestId, contentType, onBroken);
    const stream = new ResponseStream(options, open);
    const context = CLIENT_4 ? {} : { callbackWaitsForEmptyEventLoop: true };
    // The invocation goes on until both are over: a handler may work on after its answer.
    const unfinished = new Set([stream, handler]);
    const logged = new Set();
    const finish = (what) => {
      if (!unfinished.delete(what) || unfinished.size > 0) return;
      if (context.callbackWaitsForEmptyEventLoop) invocation.onEmptyLoop = () => invocation.end('');
      else invocation.end('');
    };
    const log = (error) => {
      if (!logged.has(error)) logError('Invoke Error', error);
      logged.add(error);
    };
    const fail = (error) => {
      log(error);
      stream.fail(error);
      finish(handler);
    };
    invocation.onEmptyLoop = () => {
      if (unfinished.has(stream)) fail(new NodeJsExit(invocation.requestId));
      else finish(handler);
    };
    stream.on('error', log); // such as of a second end
    stream.once('close', () => finish(stream));
    try {
      const result = handler(invocation.event(), stream, invocation.fill(context));
      if (typeof result?.then !== 'function') {
        const message = 'Streaming does not support non-async handlers.';
        fail(CLIENT_4 ? new Error(message) : message);
        return;
      }
      result.then((value) => {
        if (value !== undefined) console.warn('Streaming handlers ignore return values.');
        finish(handler);
      }, fail);
    } catch (error) {
      fail(error);
    }
  };
}

module.exports = { callingBack, returning, streaming };
