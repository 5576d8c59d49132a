'use strict';

// Errors that the runtime names itself, and how errors are told.

const { isNativeError } = require('util').types;

// Which of AWS's two clients functions meet with this Node.js there: the fourth was written anew, took callbacks away, and
// tells errors otherwise. Here, because each file of its own takes half a millisecond of every start.
const CLIENT_4 = Number.parseInt(process.versions.node) >= 24;

class RuntimeError extends Error {
  constructor(message) {
    super(message);
    if (CLIENT_4) this.name = new.target.type;
  }
}

const define = (type) => {
  const named = class extends RuntimeError {
    static type = `Runtime.${type}`;
  };
  // On the prototype, so that the stack trace begins with it too; AWS's fourth client names each error itself.
  if (!CLIENT_4) Object.defineProperty(named.prototype, 'name', { value: named.type });
  return named;
};

const ImportModuleError = define('ImportModuleError');
const HandlerNotFound = define('HandlerNotFound');
const MalformedHandlerName = define('MalformedHandlerName');
const CallbackHandlerDeprecated = define('CallbackHandlerDeprecated');
const JSONStringifyError = define('JSONStringifyError');
const MalformedStreamingHandler = define('MalformedStreamingHandler');
const InvalidStreamingOperation = define('InvalidStreamingOperation');

class UserCodeSyntaxError extends define('UserCodeSyntaxError') {
  constructor(cause) {
    super(cause);
    this.stack = cause.stack; // shows the offending line
  }
}

class UnhandledPromiseRejection extends define('UnhandledPromiseRejection') {
  constructor(reason, promise) {
    super(reason);
    this.reason = reason;
    this.promise = promise;
  }
}

class NodeJsExit extends define('NodeJsExit') {
  constructor(requestId) {
    super(
      `RequestId: ${requestId} Error: The Lambda runtime client detected an unexpected Node.js exit code. ` +
        'This is most commonly caused by a Promise that was never settled. For more information, see ' +
        'https://nodejs.org/docs/latest/api/process.html#exit-codes',
    );
  }
}

// What the caller gets for something that was thrown, which need not be an Error.
function describe(thrown) {
  try {
    return CLIENT_4 ? describeAsClient4(thrown) : describeAsClient3(thrown);
  } catch {
    const described = { errorType: 'handled', errorMessage: UNTELLABLE };
    return CLIENT_4 ? { ...described, trace: [] } : described;
  }
}

function describeAsClient3(thrown) {
  if (isNativeError(thrown) || looksLikeError(thrown)) {
    const { name, message, stack } = thrown;
    return { errorType: withoutDel(name), errorMessage: withoutDel(message), trace: withoutDel(stack).split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: thrown.toString(), trace: [] };
}

function describeAsClient4(thrown) {
  if (thrown instanceof Error) {
    const { name, message, stack } = thrown;
    const trace = stack ? withoutDel(stack).split('\n') : [];
    return { errorType: withoutDel(name), errorMessage: withoutDel(message), trace };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

function withoutDel(text) {
  return text?.replaceAll('\x7f', '%7F');
}

const UNTELLABLE =
  'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, ' +
  'and stack';

function toError(thrown) {
  const told = tellable(thrown);
  if (told instanceof Error) return told;
  return new Error(CLIENT_4 ? String(told) : told);
}

// What was thrown, or why nobody can say what it was.
function tellable(thrown) {
  if (thrown instanceof Error) return thrown;
  try {
    new Error(CLIENT_4 ? String(thrown) : thrown);
    return thrown;
  } catch (problem) {
    return problem;
  }
}

// Errors of another realm, such as a vm context's, are no instances of this one's Error.
function looksLikeError(thrown) {
  return ['name', 'message', 'stack'].every((key) => typeof thrown?.[key] === 'string' && thrown[key] !== '');
}

// How the log shows an error in text format.
function inspect(thrown) {
  const error = toError(thrown);
  try {
    return '\t' + JSON.stringify(error, (_key, value) => withEnumerableProperties(value));
  } catch {
    return '\t' + JSON.stringify(describe(error));
  }
}

function withEnumerableProperties(value) {
  if (!(value instanceof Error)) return value;
  const shown = Object.assign({ errorType: value.name, errorMessage: value.message, code: value.code }, value);
  if (typeof value.stack === 'string') shown.stack = value.stack.split('\n');
  return shown;
}

module.exports = {
  CLIENT_4,
  CallbackHandlerDeprecated,
  HandlerNotFound,
  ImportModuleError,
  InvalidStreamingOperation,
  JSONStringifyError,
  MalformedHandlerName,
  MalformedStreamingHandler,
  NodeJsExit,
  UnhandledPromiseRejection,
  UserCodeSyntaxError,
  describe,
  inspect,
  tellable,
  toError,
};
