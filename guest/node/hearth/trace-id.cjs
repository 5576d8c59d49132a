'use strict';

// `process.env._X_AMZN_TRACE_ID`, a new one for each invocation.
//
// The C library never frees a variable's old values, so a function that is called often would run out of memory. The
// variable is therefore a property that `process.env` inherits: there for whoever asks for it, but neither in the
// environment of child processes nor among the keys.

const NAME = '_X_AMZN_TRACE_ID';
let current;

const inherited = Object.getPrototypeOf(process.env);
const hides = inherited !== Object.prototype && inherited !== null;
if (hides) {
  delete process.env[NAME];
  Object.defineProperty(inherited, NAME, { get: () => current, configurable: true });
}

function set(traceId) {
  if (!hides) {
    if (traceId === undefined) delete process.env[NAME];
    else process.env[NAME] = traceId;
    return;
  }
  // The function may have set it for itself.
  if (process.env[NAME] !== current) delete process.env[NAME];
  current = traceId;
}

module.exports = { set };
