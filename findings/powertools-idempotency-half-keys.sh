#!/usr/bin/env bash
# @aws-lambda-powertools/idempotency 2.35.0 (with jmespath 2.35.0 and commons 2.35.0), Node.js 20 or newer.
#
# Guess: with eventKeyJmesPath "[customer, order]" and throwOnNoIdempotencyKey, an event that lacks one of the two is refused: there is no whole key.
# Behaviour: a key counts as missing only if all its parts are falsy. With one of two it is made of what is there, so that different inputs have the same key: the
# second is not run and gets the first one's result. Where all that is there is 0, false or "", a key that is there is refused as missing.
#   customer 7, order 1 and 2: run 2 times, results 1 2
#   customer 7, "orderId" in place of "order", 1 and 2: run 1 time, results 1 1
#   customer 0, order 0: refused
#   customer 0, order 1: run 1 time, result 1
# An argument of makeIdempotent that is a Map, a Set or an ArrayBuffer has no members for JSON: any two of them have one key.
#   Map of 1 and Map of 2: run 1 time, results 1 1
# Why it matters: a client of an older version, or an optional member, loses orders while everything reports success, and the option that was set against just
# that says nothing. Check the parts of a key before (a schema does), or join them in the expression by a function that fails for null.
#
# Records are kept in memory by a persistence layer of a few lines. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts @aws-lambda-powertools/idempotency@2.35.0 \
  @aws-lambda-powertools/jmespath@2.35.0 @aws-lambda-powertools/commons@2.35.0 >&2

cat > main.mjs <<'JS'
import {
  IdempotencyConfig,
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';

class Memory extends BasePersistenceLayer {
  records = new Map();
  async _getRecord(key) {
    if (!this.records.has(key)) throw new IdempotencyItemNotFoundError('not there');
    return this.records.get(key);
  }
  async _putRecord(record) {
    const old = this.records.get(record.idempotencyKey);
    if (old) throw new IdempotencyItemAlreadyExistsError('there', old);
    this.records.set(record.idempotencyKey, record);
  }
  async _updateRecord(record) {
    this.records.set(record.idempotencyKey, record);
  }
  async _deleteRecord(record) {
    this.records.delete(record.idempotencyKey);
  }
}
let failed = 0;
async function calls(name, options, inputs, expected) {
  const config = new IdempotencyConfig({ throwOnNoIdempotencyKey: true, ...options });
  config.registerLambdaContext({ getRemainingTimeInMillis: () => 3000 });
  let runs = 0;
  const f = makeIdempotent(async () => ++runs, { persistenceStore: new Memory(), config });
  const results = [];
  let said;
  try {
    for (const input of inputs) results.push(await f(input));
    said = `run ${runs} time${runs === 1 ? '' : 's'}, result${results.length === 1 ? '' : 's'} ${results.join(' ')}`;
  } catch (error) {
    said = error.cause?.name === 'IdempotencyKeyError' && runs === 0 ? 'refused' : String(error);
  }
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
const both = { eventKeyJmesPath: '[customer, order]' };
const order = (customer, order) => ({ customer, order });
const renamed = (customer, orderId) => ({ customer, orderId });
await calls('customer 7, order 1 and 2', both, [order(7, 1), order(7, 2)], 'run 2 times, results 1 2');
await calls('customer 7, "orderId" in place of "order", 1 and 2', both, [renamed(7, 1), renamed(7, 2)], 'run 1 time, results 1 1');
await calls('customer 0, order 0', both, [order(0, 0)], 'refused');
await calls('customer 0, order 1', both, [order(0, 1)], 'run 1 time, result 1');
const maps = [1, 2].map((id) => new Map([['id', id]]));
await calls('Map of 1 and Map of 2', { throwOnNoIdempotencyKey: false }, maps, 'run 1 time, results 1 1');
process.exit(failed);
JS
timeout 60 node main.mjs
