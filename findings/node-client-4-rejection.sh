#!/usr/bin/env bash
# aws-lambda-ric 3.3.0 and 4.0.2 (AWS's Runtime Interface Clients for Node.js), Node.js 24.21.0.
#
# Guess: a handler that returns a value has answered with it. A promise that it left behind and that rejects may end the process,
# but only after the answer.
# Behaviour: so it is with 3.3.0, which posts the answer and then exits with 128. 4.0.2 posts nothing and exits with 1: it puts the answer off
# by one turn of the event loop and does not listen for rejections, so that Node.js ends the process before.
#   aws-lambda-ric 3.3.0: next response exit 128
#   aws-lambda-ric 4.0.2: next exit 1
# Why it matters: the same function succeeds on nodejs22.x and fails with Runtime.ExitError on nodejs24.x, and whoever serves both has to
# decide which of them is meant.
#
# The clients' native part, which posts answers, is replaced by a few lines, because it needs a compiler. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts=false node@24.21.0 >&2
for version in 3.3.0 4.0.2; do
  timeout 120 npm install --silent --no-audit --no-fund --ignore-scripts --prefix "ric-$version" "aws-lambda-ric@$version" >&2
done

mkdir task
cat > task/main.js <<'JS'
exports.handler = async () => {
  Promise.reject(new Error('nobody awaits this'));
  return 'fine';
};
JS

cat > native.cjs <<'JS'
const http = require('http');
const { execFileSync } = require('child_process');
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;
const post = (path, body) =>
  execFileSync(process.execPath, ['-e', `fetch(${JSON.stringify(api + path)}, { method: 'POST', body: ${JSON.stringify(body)} })`]);
const client = {
  initializeClient() {},
  next: () =>
    new Promise((resolve, reject) => {
      http
        .get(api + 'next', (answer) => {
          let bodyJson = '';
          answer.on('data', (data) => (bodyJson += data)).on('end', () => resolve({ bodyJson, headers: answer.headers }));
        })
        .on('error', reject);
    }),
  done: (id, body) => post(id + '/response', body),
  error: (id, body) => post(id + '/error', body),
};
require('module')._extensions['.node'] = (module) => (module.exports = client);
JS
touch ric-3.3.0/node_modules/aws-lambda-ric/dist/rapid-client.node ric-4.0.2/node_modules/aws-lambda-ric/rapid-client.node
cat > main-3.3.0.mjs <<'JS'
import { run } from './ric-3.3.0/node_modules/aws-lambda-ric/dist/index.mjs';
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
JS
cat > main-4.0.2.mjs <<'JS'
import './ric-4.0.2/node_modules/aws-lambda-ric/index.mjs';
JS

cat > watch.cjs <<'JS'
const http = require('http');
const { spawn } = require('child_process');
const seen = [];
const server = http.createServer((request, response) => {
  const what = request.url.split('/').pop();
  seen.push(what);
  if (what !== 'next') response.writeHead(202).end('{}');
  else if (seen.length === 1)
    response
      .writeHead(200, {
        'Lambda-Runtime-Aws-Request-Id': 'one',
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60000),
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:f',
      })
      .end('{}');
});
server.listen(0, '127.0.0.1', () => {
  const env = {
    PATH: process.env.PATH,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: 'g',
    AWS_LAMBDA_LOG_STREAM_NAME: 's',
    LAMBDA_TASK_ROOT: __dirname + '/task',
    _HANDLER: 'main.handler',
  };
  const child = spawn(process.execPath, ['--require', './native.cjs', process.argv[2]], { env, stdio: 'ignore' });
  const limit = setTimeout(() => child.kill('SIGKILL'), 20000);
  child.on('exit', (status) => {
    clearTimeout(limit);
    server.close();
    server.closeAllConnections();
    // What it says of the rejection itself is refused by the API, and of no interest here.
    console.log(seen.filter((what) => what !== 'error').join(' '), 'exit', status);
  });
});
JS

node=node_modules/node/bin/node
failed=0
expect() {
  local got
  got=$("$node" watch.cjs "main-$1.mjs")
  echo "aws-lambda-ric $1: $got"
  [ "$got" = "$2" ] || failed=1
}
expect 3.3.0 "next response exit 128"
expect 4.0.2 "next exit 1"
exit $failed
