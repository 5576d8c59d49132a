#!/usr/bin/env bash
# aws-lambda-ric 4.0.2 (AWS's Runtime Interface Client for Node.js), Node.js 20 or newer.
#
# Guess: HttpResponseStream.from(stream, { statusCode, headers }) gives the answer its status and headers, and end(data) is write(data) and end(), as for every stream of Node.js.
# Behaviour: status and headers go out in front of the first write(), and of that alone: end(data) writes past it, end() without any data too, and so does a pipeline whose source turns out empty. The content type says all the same
# that they are there, so that what the function meant as its body stands in their place.
#   write("moved"), end(): status 302, location /new; body "moved"
#   end("moved"): no prelude; body "moved"
#   end(): no prelude; body ""
#   write(""), end(): status 302, location /new; body ""
#   pipeline of a stream with "moved": status 302, location /new; body "moved"
#   pipeline of a stream without data: no prelude; body ""
# Why it matters: redirects, 204, 304 and empty files become 200 or 502 at a function URL, while the same function works for all answers with a body of some length. A server that reads such streams must know what to answer when
# the prelude never comes, or is no JSON. In functions, write("") first.
#
# Native code of the client is not built; a few lines that ask for the next event stand in for it. Loopback only; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts aws-lambda-ric@4.0.2 >&2

mkdir task
cat > task/main.js <<'JS'
const { Readable } = require('stream');
const { pipeline } = require('stream/promises');

const ways = {
  'write("moved"), end()': (stream) => {
    stream.write('moved');
    stream.end();
  },
  'end("moved")': (stream) => stream.end('moved'),
  'end()': (stream) => stream.end(),
  'write(""), end()': (stream) => {
    stream.write('');
    stream.end();
  },
  'pipeline of a stream with "moved"': (stream) => pipeline(Readable.from(['moved']), stream),
  'pipeline of a stream without data': (stream) => pipeline(Readable.from([]), stream),
};
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const metadata = { statusCode: 302, headers: { location: '/new' } };
  await ways[event.way](awslambda.HttpResponseStream.from(stream, metadata));
});
JS
# The client's own requests are native code, which is not built here.
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

const prelude = 'status 302, location /new';
const expected = [
  ['write("moved"), end()', `${prelude}; body "moved"`],
  ['end("moved")', 'no prelude; body "moved"'],
  ['end()', 'no prelude; body ""'],
  ['write(""), end()', `${prelude}; body ""`],
  ['pipeline of a stream with "moved"', `${prelude}; body "moved"`],
  ['pipeline of a stream without data', 'no prelude; body ""'],
];
let failed = 0;
let number = 0;
let child;
function end() {
  child.kill('SIGKILL');
  process.exit(failed || number < expected.length ? 1 : 0);
}
setTimeout(end, 30000);

const server = http.createServer((request, response) => {
  if (request.url.endsWith('/next')) {
    if (number === expected.length) return end();
    response
      .writeHead(200, {
        'Lambda-Runtime-Aws-Request-Id': `request-${number + 1}`,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60000),
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:f',
      })
      .end(JSON.stringify({ way: expected[number][0] }));
    return;
  }
  const parts = [];
  request.on('data', (data) => parts.push(data)).on('end', () => {
    const body = Buffer.concat(parts).toString();
    const [name, wanted] = expected[number++];
    const [metadata, rest] = body.split('\0'.repeat(8));
    let said = `no prelude; body ${JSON.stringify(body)}`;
    if (rest !== undefined) {
      const { statusCode, headers } = JSON.parse(metadata);
      said = `status ${statusCode}, location ${headers.location}; body ${JSON.stringify(rest)}`;
    }
    const promised = request.headers['content-type'] === 'application/vnd.awslambda.http-integration-response';
    console.log(`${name}: ${said}`);
    if (said !== wanted || !promised || !request.url.endsWith('/response')) failed = 1;
    response.writeHead(202).end();
  });
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
    LAMBDA_TASK_ROOT: `${__dirname}/task`,
    _HANDLER: 'main.handler',
  };
  child = spawn(process.execPath, ['--require', './native.cjs', 'main.mjs'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
});
JS
timeout 60 node watch.cjs
