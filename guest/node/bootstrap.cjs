'use strict';

// The Node.js runtime: loads the function's handler and runs it for one invocation after another.
// A CommonJS module, because an ES module as the main one starts later.

const awslambda = require('./hearth/awslambda.cjs');
const console = require('./hearth/console.cjs');
const { RuntimeApi } = require('./hearth/runtime-api.cjs');
const { Runtime } = require('./hearth/runtime.cjs');
const { load } = require('./hearth/handler.cjs');

const { _HEARTH_CHANNEL: channel, _HEARTH_BOOT: boot } = process.env;
delete process.env._HEARTH_CHANNEL;
delete process.env._HEARTH_BOOT;
if (boot !== undefined) require('./hearth/assignment.cjs').awaitAssignment(Number(channel));
console.patch();
const store = awslambda.install();
const runtime = new Runtime(new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API, channel), store);
load(process.env.LAMBDA_TASK_ROOT ?? '/var/task', process.env._HANDLER ?? '').then(
  (handler) => runtime.start(handler),
  (error) => runtime.notLoaded(error),
);
