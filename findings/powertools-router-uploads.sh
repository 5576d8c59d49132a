#!/usr/bin/env bash
# @aws-lambda-powertools/event-handler 2.35.0 (its HTTP Router), Node.js 20 or newer.
#
# Guess: a route reads an upload with request.arrayBuffer() or request.formData() and has the bytes that the client sent; a body in base64 is decoded.
# Behaviour: it is decoded, and then made a text: whatever is no UTF-8 becomes U+FFFD before the route sees the request, in events of all formats.
# Nothing fails, a form parses, and the file in it only has other bytes. Answers with an image's type are sent in base64, so that the way back works.
#   sent: 89504e470d0a1a0a
#   arrayBuffer: efbfbd504e470d0a1a0a
#   file of a form: efbfbd504e470d0a1a0a
#   the event's body, decoded: 89504e470d0a1a0a
# Why it matters: images, archives and compressed bodies that are stored from such a route are broken for good, and a signature over the body (webhooks with
# a body that is not text) never fits. Routes that take more than text decode event.body themselves.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/event-handler@2.35.0 >&2

cat > main.mjs <<'JS'
import { Router } from '@aws-lambda-powertools/event-handler/http';

// What every PNG begins with.
const bytes = Buffer.from('89504e470d0a1a0a', 'hex');
const seen = {};
const router = new Router();
router.post('/bytes', async ({ req, event }) => {
  seen.arrayBuffer = Buffer.from(await req.arrayBuffer()).toString('hex');
  seen["the event's body, decoded"] = Buffer.from(event.body, 'base64').toString('hex');
  return {};
});
router.post('/form', async ({ req }) => {
  const file = (await req.formData()).get('picture');
  seen['file of a form'] = Buffer.from(await file.arrayBuffer()).toString('hex');
  return {};
});
const context = {
  functionName: 'f',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  memoryLimitInMB: '128',
  awsRequestId: 'one',
  logGroupName: 'g',
  logStreamName: 's',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 3000,
  done() {},
  fail() {},
  succeed() {},
};
async function post(path, type, body) {
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'id.lambda-url.eu-west-1.on.aws', 'content-type': type, 'content-length': String(body.length) },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'id',
      domainName: 'id.lambda-url.eu-west-1.on.aws',
      domainPrefix: 'id',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'a' },
      requestId: 'one',
      routeKey: '$default',
      stage: '$default',
      time: '01/Nov/2026:00:00:00 +0000',
      timeEpoch: 1793491200000,
    },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
  const { statusCode } = await router.resolve(event, context);
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
}
await post('/bytes', 'image/png', bytes);
await post(
  '/form',
  'multipart/form-data; boundary=b',
  Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="picture"; filename="p.png"\r\nContent-Type: image/png\r\n\r\n'),
    bytes,
    Buffer.from('\r\n--b--\r\n'),
  ]),
);
console.log(`sent: ${bytes.toString('hex')}`);
for (const name of ['arrayBuffer', 'file of a form', "the event's body, decoded"]) console.log(`${name}: ${seen[name]}`);
const broken = 'efbfbd504e470d0a1a0a';
const same =
  seen.arrayBuffer === broken && seen['file of a form'] === broken && seen["the event's body, decoded"] === bytes.toString('hex');
process.exit(same ? 0 : 1);
JS
timeout 60 node main.mjs
