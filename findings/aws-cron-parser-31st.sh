#!/usr/bin/env bash
# aws-cron-parser 1.1.12 (a parser of EventBridge's cron expressions), Node.js 20 or newer.
#
# Guess: a schedule for the 31st is passed over in months that have none, as cron does everywhere and as EventBridge is asked for it. What next() gives is what prev(), asked from later on, gives too.
# Behaviour: next() makes a date of the day and the month, and JavaScript's dates go on into the following month: 31 February is 3 March. It takes them for times of the schedule, beside the right ones; prev() does not. A weekday
# nearest to a day that the month has not is an error, which speaks of what should not happen.
#   0 10 31 * ? *, next: 2026-12-01 2026-12-31 2027-01-31 2027-03-03 2027-03-31 2027-05-01
#   0 10 31 * ? *, prev: 2027-03-31 2027-01-31 2026-12-31 2026-10-31
#   0 10 29 2 ? *, next: 2027-03-01 2028-02-29 2029-03-01
#   0 10 1/10 * ? *, next: 2027-02-01 2027-02-11 2027-02-21 2027-03-03 2027-03-11
#   0 10 30W * ? *, next: error
#   0 10 L * ? *, next: 2026-11-30 2026-12-31 2027-01-31 2027-02-28
# Why it matters: tools that show when a rule will fire, and local schedulers that fire by it, add a run after each short month: the bill of the 31st goes out on the 1st, and every tenth day has one more in March. In July and August
# all is right. Ask for "L" where the last day is meant, and look whether the day that next() gives is one of the expression's.
#
# Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts aws-cron-parser@1.1.12 >&2

cat > main.cjs <<'JS'
const { parse, next, prev } = require('aws-cron-parser');

let failed = 0;
function expect(expression, direction, from, expected) {
  const count = Math.max(1, expected.split(' ').length);
  const days = [];
  let said;
  try {
    const parsed = parse(expression);
    let time = new Date(`${from}T00:00:00Z`);
    for (let i = 0; i < count; i++) {
      time = direction(parsed, time);
      days.push(time.toISOString().slice(0, 10));
    }
    said = days.join(' ');
  } catch {
    said = 'error';
  }
  console.log(`${expression}, ${direction.name}: ${said}`);
  if (said !== expected) failed = 1;
}
expect('0 10 31 * ? *', next, '2026-11-29', '2026-12-01 2026-12-31 2027-01-31 2027-03-03 2027-03-31 2027-05-01');
expect('0 10 31 * ? *', prev, '2027-04-15', '2027-03-31 2027-01-31 2026-12-31 2026-10-31');
expect('0 10 29 2 ? *', next, '2026-11-29', '2027-03-01 2028-02-29 2029-03-01');
expect('0 10 1/10 * ? *', next, '2027-02-01', '2027-02-01 2027-02-11 2027-02-21 2027-03-03 2027-03-11');
expect('0 10 30W * ? *', next, '2027-01-31', 'error');
expect('0 10 L * ? *', next, '2026-11-29', '2026-11-30 2026-12-31 2027-01-31 2027-02-28');
process.exit(failed);
JS
timeout 60 node main.cjs
