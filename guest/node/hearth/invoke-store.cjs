'use strict';

// `awslambda.InvokeStore`: what the invocation that runs is, for code that is not handed its context. Packages such as
// `@aws/lambda-invoke-store`, and by it AWS's SDK, take the store that they find there for their own.

// Shared by every copy of such a package.
const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID');
const KEYS = { REQUEST_ID, X_RAY_TRACE_ID: TRACE_ID, TENANT_ID };

// One invocation runs at a time, so the store need not follow asynchronous calls.
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

// The store of this process: the one that is there already, if the function's options have loaded one before us.
function install(awslambda) {
  return (awslambda.InvokeStore ??= new InvokeStore());
}

// What the store holds of an invocation.
function contextOf(requestId, traceId, tenantId) {
  return { [REQUEST_ID]: requestId, [TRACE_ID]: traceId, [TENANT_ID]: tenantId };
}

module.exports = { contextOf, install };
