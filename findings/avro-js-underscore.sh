#!/usr/bin/env bash
# avro-js 1.12.2 (Apache Avro for JavaScript) with @aws-lambda-powertools/kafka 2.35.0, Node.js 20 or newer.
#
# Guess: a package that is installed can be loaded; what it needs it has among its dependencies.
# Behaviour: avro-js requires "underscore" and says so nowhere. Alone it cannot be loaded. Powertools loads it with the first record that has an Avro schema, not before, so that a function starts and its
# first event fails.
#   import 'avro-js': Cannot find module 'underscore'
#   kafkaConsumer with an Avro schema, made: no error
#   its first event: Cannot find module 'underscore'
#   the same with underscore 1.13.7 installed: {"id":5}
# Why it matters: in a workspace where anything else brings underscore it works, and in the function's bundle it does not. Nothing shows until the first event comes, and then the partition stands still, since
# every retry fails alike. Install underscore beside it, and have a test that decodes a record from the finished package.
#
# Nothing listens; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts avro-js@1.12.2 @aws-lambda-powertools/kafka@2.35.0 \
  @aws-lambda-powertools/commons@2.35.0 >&2

cat > main.mjs <<'JS'
import { SchemaType, kafkaConsumer } from '@aws-lambda-powertools/kafka';

let failed = 0;
function expect(name, said, expected) {
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
async function tell(call) {
  try {
    return (await call()) ?? 'no error';
  } catch (error) {
    return error.message.split('\n')[0];
  }
}
const schema = JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: 'id', type: 'long' }] });
const record = {
  topic: 'orders', partition: 0, offset: 0, timestamp: 1793491200000, timestampType: 'CREATE_TIME', key: 'aw==', value: 'Cg==', headers: [],
};
const event = {
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/00000000-0000-0000-0000-000000000000-1',
  bootstrapServers: 'b-1.example.com:9092',
  records: { 'orders-0': [record] },
};
const missing = "Cannot find module 'underscore'";
let handler;
const make = () => {
  handler = kafkaConsumer(async ({ records: [{ value }] }) => JSON.stringify(value), { value: { type: SchemaType.AVRO, schema } });
};
if (process.argv[2] === 'alone') {
  expect('kafkaConsumer with an Avro schema, made', await tell(async () => make()), 'no error');
  expect('its first event', await tell(() => handler(event, {})), missing);
} else {
  make();
  expect('the same with underscore 1.13.7 installed', await tell(() => handler(event, {})), '{"id":5}');
}
process.exit(failed);
JS
failed=0
said=$(node -e "import('avro-js').catch((error) => console.log(error.message.split('\n')[0]))")
echo "import 'avro-js': $said"
[ "$said" = "Cannot find module 'underscore'" ] || failed=1
timeout 60 node main.mjs alone || failed=1
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts underscore@1.13.7 >&2
timeout 60 node main.mjs with || failed=1
exit $failed
