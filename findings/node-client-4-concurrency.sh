#!/usr/bin/env bash
# aws-lambda-ric 4.0.2 (AWS's Runtime Interface Client for Node.js), Node.js 20 or newer.
#
# Guess: AWS_LAMBDA_MAX_CONCURRENCY=2 has the client hold two events at a time, however many there are.
# Behaviour: it asks only whether the variable is there; its value is never read, not even 0. Where it is there, each of its
# worker threads (AWS_LAMBDA_NODEJS_WORKER_COUNT, else eight for each processor) asks for the next event as soon as it has one, without
# waiting for an answer and without any bound.
#   AWS_LAMBDA_MAX_CONCURRENCY unset: 1 event taken, none answered
#   AWS_LAMBDA_MAX_CONCURRENCY=2: 50 of 50 events taken, none answered
#   AWS_LAMBDA_MAX_CONCURRENCY=0: 50 of 50 events taken, none answered
# Why it matters: the bound must be kept by whoever serves GET /runtime/invocation/next. A server that hands out what it has to whoever asks
# puts a whole queue into one process, where the invocations' time runs while they wait for each other.
#
# The client's native part, which asks for events, is replaced by a few lines, because it needs a compiler. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts aws-lambda-ric@4.0.2 >&2

mkdir task
cat > task/main.js <<'JS'
exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));
JS
cat > native.cjs <<'JS'
const http = require('http');
const next = () =>
  new Promise((resolve, reject) => {
    http
      .get(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next`, (answer) => {
        let bodyJson = '';
        answer.on('data', (data) => (bodyJson += data)).on('end', () => resolve({ bodyJson, headers: answer.headers }));
      })
      .on('error', reject);
  });
require('module')._extensions['.node'] = (module) => (module.exports = { initializeClient() {}, next });
JS
touch node_modules/aws-lambda-ric/rapid-client.node
echo "import './node_modules/aws-lambda-ric/index.mjs';" > main.mjs

cat > watch.cjs <<'JS'
const http = require('http');
const { spawn } = require('child_process');
const EVENTS = 50;

function run(concurrency) {
  return new Promise((resolve) => {
    let taken = 0;
    let others = 0;
    const server = http.createServer((request, response) => {
      if (!request.url.endsWith('/next')) others++;
      else if (taken < EVENTS) {
        // Alone and not followed by another for two seconds: that was all.
        clearTimeout(quiet);
        quiet = setTimeout(end, 2000);
        response
          .writeHead(200, {
            'Lambda-Runtime-Aws-Request-Id': `request-${++taken}`,
            'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60000),
            'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:f',
          })
          .end('{}');
      }
    });
    let quiet = setTimeout(end, 20000);
    let child;
    function end() {
      child.kill('SIGKILL');
      server.close();
      server.closeAllConnections();
      resolve({ taken, others });
    }
    server.listen(0, '127.0.0.1', () => {
      const env = {
        PATH: process.env.PATH,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
        AWS_LAMBDA_FUNCTION_NAME: 'f',
        AWS_LAMBDA_FUNCTION_VERSION: '1',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_LAMBDA_LOG_GROUP_NAME: 'g',
        AWS_LAMBDA_LOG_STREAM_NAME: 's',
        AWS_LAMBDA_NODEJS_WORKER_COUNT: '1',
        LAMBDA_TASK_ROOT: __dirname + '/task',
        _HANDLER: 'main.handler',
      };
      if (concurrency !== undefined) env.AWS_LAMBDA_MAX_CONCURRENCY = concurrency;
      child = spawn(process.execPath, ['--require', './native.cjs', 'main.mjs'], { env, stdio: 'ignore' });
    });
  });
}

(async () => {
  let failed = 0;
  for (const [concurrency, expected] of [[undefined, 1], ['2', EVENTS], ['0', EVENTS]]) {
    const { taken, others } = await run(concurrency);
    const name = concurrency === undefined ? ' unset' : `=${concurrency}`;
    const count = taken === 1 ? '1 event' : `${taken} of ${EVENTS} events`;
    console.log(`AWS_LAMBDA_MAX_CONCURRENCY${name}: ${count} taken, ${others === 0 ? 'none' : others} answered`);
    if (taken !== expected || others !== 0) failed = 1;
  }
  process.exit(failed);
})();
JS
timeout 120 node watch.cjs
