#!/usr/bin/env bash
# lambda-api 1.5.1, Node.js 20 or newer.
#
# Guess: req.cookies has the texts that the client sent, percent-decoded, as the parsers of other frameworks have; an id is an id.
# Behaviour: each value goes through JSON.parse first, and stays a text only where that fails. An id of nothing but digits becomes a number and loses all digits
# behind the sixteenth or so; one of digits and an "e" becomes another number, or Infinity; "null" is null, "007" stays a text. So type and value depend on
# what the id happens to look like. Query strings and path parameters remain texts.
#   cart=12345678901234567890: number 12345678901234567000
#   cart=12345678901234567891: number 12345678901234567000
#   cart=41e7: number 410000000
#   cart=41f7: string 41f7
#   cart=9e999: number Infinity
#   cart=1.10: number 1.1
#   cart=null: object null
#   cart=007: string 007
# Why it matters: two customers share one cart, and others never find theirs: few of them, and not reproducibly. Give ids a letter that no number has in front, or take
# them from the event's own list of cookies.
#
# Nothing listens; a few seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts lambda-api@1.5.1 >&2

cat > main.mjs <<'JS'
import createAPI from 'lambda-api';

const api = createAPI();
let seen;
api.get('/', (request) => {
  seen = request.cookies.cart;
  return {};
});
const expected = [
  ['12345678901234567890', 'number 12345678901234567000'],
  ['12345678901234567891', 'number 12345678901234567000'],
  ['41e7', 'number 410000000'],
  ['41f7', 'string 41f7'],
  ['9e999', 'number Infinity'],
  ['1.10', 'number 1.1'],
  ['null', 'object null'],
  ['007', 'string 007'],
];
let failed = 0;
for (const [cart, expectation] of expected) {
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: '',
    cookies: [`cart=${cart}`],
    headers: { host: 'id.lambda-url.eu-west-1.on.aws', accept: '*/*' },
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
  await api.run(event, { awsRequestId: 'one' });
  const said = `${typeof seen} ${seen}`;
  console.log(`cart=${cart}: ${said}`);
  if (said !== expectation) failed = 1;
}
process.exit(failed);
JS
timeout 60 node main.mjs
