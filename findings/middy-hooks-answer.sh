#!/usr/bin/env bash
# @middy/core 6.4.5, Node.js 20 or newer.
#
# Guess: a hook answers for the function if it returns an answer. One that only notes something, counts or logs, changes nothing, in whatever form it is written.
# Behaviour: every value but undefined is the answer, and an arrow function without braces returns the value of its expression: 0 of a counter, the length of a list, what
# was assigned. In `before` the handler is not called, in `after` its result is replaced, in `onError` the failure is a success.
#   before(() => count++): 0, handler called 0 times
#   before(() => { count++; }): "done", handler called 1 time
#   after(() => count++): 0, handler called 1 time
#   onError((request) => failures.push(request.error)): 1, handler called 1 time
#   onError((request) => { failures.push(request.error); }): failed with "no stock", handler called 1 time
# Why it matters: one line of logging has messages of a queue deleted that nobody handled, and asynchronous invocations end well that failed, without a retry or a
# destination. TypeScript allows it (a hook's type is of any result). Write braces around what hooks do.
#
# Nothing listens; a few seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @middy/core@6.4.5 >&2

cat > main.mjs <<'JS'
import middy from '@middy/core';

let failed = 0;
async function expect(name, hook, fails, expected) {
  let calls = 0;
  const handler = hook(
    middy(async () => {
      calls++;
      if (fails) throw new Error('no stock');
      return 'done';
    }),
  );
  const end = await handler({}, { awsRequestId: 'one', getRemainingTimeInMillis: () => 3000 }).then(
    (answer) => JSON.stringify(answer),
    (error) => `failed with "${error.message}"`,
  );
  const said = `${end}, handler called ${calls} time${calls === 1 ? '' : 's'}`;
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
let count = 0;
await expect('before(() => count++)', (handler) => handler.before(() => count++), false, '0, handler called 0 times');
const braces = (handler) =>
  handler.before(() => {
    count++;
  });
await expect('before(() => { count++; })', braces, false, '"done", handler called 1 time');
count = 0;
await expect('after(() => count++)', (handler) => handler.after(() => count++), false, '0, handler called 1 time');
const failures = [];
await expect(
  'onError((request) => failures.push(request.error))',
  (handler) => handler.onError((request) => failures.push(request.error)),
  true,
  '1, handler called 1 time',
);
const noted = (handler) =>
  handler.onError((request) => {
    failures.push(request.error);
  });
await expect(
  'onError((request) => { failures.push(request.error); })',
  noted,
  true,
  'failed with "no stock", handler called 1 time',
);
process.exit(failed);
JS
timeout 60 node main.mjs
