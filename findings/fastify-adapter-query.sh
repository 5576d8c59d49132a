#!/usr/bin/env bash
# @fastify/aws-lambda 6.4.1 with fastify 5.12.8, Node.js 20 or newer.
#
# Guess: a Fastify application behind a function URL sees the query string that the client sent; the event of format 2.0 has it as rawQueryString.
# Behaviour: the adapter does not read it. It builds a query string anew from queryStringParameters, where the values of a repeated name are
# joined by commas, and so it cannot tell one value with a comma from two values. As set by default it makes two of each; with
# parseCommaSeparatedQueryParams off, one. Where names stood apart from each other they now stand together.
#   sent: /?tag=red%2Cblue&size=1&size=2&tag=green
#   by default: /?tag=red&tag=blue&tag=green&size=1&size=2
#   parseCommaSeparatedQueryParams off: /?tag=red%2Cblue%2Cgreen&size=1%2C2
# Why it matters: the same application gets other values here than behind any HTTP server ("Paris, France" becomes a list), and whoever checks a
# signature over the URL, as of a webhook, refuses what is right. Such an application reads the event (request.awsLambda.event).
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @fastify/aws-lambda@6.4.1 fastify@5.12.8 >&2

cat > main.cjs <<'JS'
const adapter = require('@fastify/aws-lambda');
const fastify = require('fastify');

const event = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/',
  rawQueryString: 'tag=red%2Cblue&size=1&size=2&tag=green',
  headers: { host: 'id.lambda-url.eu-west-1.on.aws', accept: '*/*' },
  queryStringParameters: { tag: 'red,blue,green', size: '1,2' },
  requestContext: {
    accountId: 'anonymous',
    apiId: 'id',
    domainName: 'id.lambda-url.eu-west-1.on.aws',
    domainPrefix: 'id',
    http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'a' },
    requestId: 'one',
    routeKey: '$default',
    stage: '$default',
    time: '01/Nov/2026:00:00:00 +0000',
    timeEpoch: 1793491200000,
  },
  isBase64Encoded: false,
};

async function seen(options) {
  const app = fastify();
  app.get('/', async (request) => request.raw.url);
  const { body } = await adapter(app, options)(structuredClone(event), {});
  return body;
}
(async () => {
  const both = await seen({});
  const off = await seen({ parseCommaSeparatedQueryParams: false });
  console.log(`sent: /?${event.rawQueryString}`);
  console.log(`by default: ${both}`);
  console.log(`parseCommaSeparatedQueryParams off: ${off}`);
  const same = both === '/?tag=red&tag=blue&tag=green&size=1&size=2' && off === '/?tag=red%2Cblue%2Cgreen&size=1%2C2';
  process.exit(same ? 0 : 1);
})();
JS
timeout 60 node main.cjs
