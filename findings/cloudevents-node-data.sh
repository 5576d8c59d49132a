#!/usr/bin/env bash
# cloudevents 10.0.0 (the CloudEvents SDK for JavaScript), Node.js 20 or newer.
#
# Guess: HTTP.toEvent reads JSON data as JSON wherever the content type says that it is JSON, in both modes, and has of the attributes those that were sent.
# Behaviour: in binary mode it knows a few spellings of the content type; with another, such as that without a blank, which many HTTP clients send, the data is the text
# of the body. Data that is neither an object nor a list nor a text is a text there, and a blank in front of the JSON is an error. In structured mode 0, false, ""
# and null are no data at all. An event without a time, which is optional, gets the time of its reading, another one with each reading.
#   binary, application/json, {"n":1}: object {"n":1}
#   binary, application/json; charset=utf-8, {"n":1}: object {"n":1}
#   binary, application/json;charset=utf-8, {"n":1}: string "{\"n\":1}"
#   binary, application/json; charset=UTF-8, {"n":1}: string "{\"n\":1}"
#   binary, application/vnd.example+json, {"n":1}: string "{\"n\":1}"
#   binary, application/json, 0: string "0"
#   binary, application/json, false: string "false"
#   binary, application/json,  {"n":1}: SyntaxError
#   structured, application/json, {"n":1}: object {"n":1}
#   structured, application/json, 0: undefined
#   structured, application/json, false: undefined
#   structured, application/json, 1: number 1
#   no time, read twice: two different times
# Why it matters: the same event is an object or a text by the client that sent it; event.data.n is undefined then, and nothing fails. "false" is true to an `if`, a
# counter at zero is no data, and a redelivered event looks newer each time. Look at the type of event.data, and read what must be exact from the body.
#
# Nothing listens; a few seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache
timeout 240 npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0 >&2

cat > main.mjs <<'JS'
import { HTTP } from 'cloudevents';

let failed = 0;
function expect(name, said, expected) {
  console.log(`${name}: ${said}`);
  if (said !== expected) failed = 1;
}
const kind = (data) => (data === undefined ? 'undefined' : `${typeof data} ${JSON.stringify(data)}`);
function binary(type, body, expected) {
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': 'one',
    'ce-source': '/meter',
    'ce-type': 'example.count',
    'ce-time': '2026-11-01T00:00:00Z',
    'content-type': type,
  };
  let said;
  try {
    said = kind(HTTP.toEvent({ headers, body }).data);
  } catch (error) {
    said = error.name;
  }
  expect(`binary, ${type}, ${body}`, said, expected);
}
const structured = (more) =>
  HTTP.toEvent({
    headers: { 'content-type': 'application/cloudevents+json' },
    body: `{"specversion":"1.0","id":"one","source":"/meter","type":"example.count","datacontenttype":"application/json"${more}}`,
  });
const object = 'object {"n":1}';
const text = String.raw`string "{\"n\":1}"`;
binary('application/json', '{"n":1}', object);
binary('application/json; charset=utf-8', '{"n":1}', object);
binary('application/json;charset=utf-8', '{"n":1}', text);
binary('application/json; charset=UTF-8', '{"n":1}', text);
binary('application/vnd.example+json', '{"n":1}', text);
binary('application/json', '0', 'string "0"');
binary('application/json', 'false', 'string "false"');
binary('application/json', ' {"n":1}', 'SyntaxError');
for (const [data, expected] of [['{"n":1}', object], ['0', 'undefined'], ['false', 'undefined'], ['1', 'number 1']]) {
  expect(`structured, application/json, ${data}`, kind(structured(`,"data":${data}`).data), expected);
}
const first = structured('').time;
await new Promise((resolve) => setTimeout(resolve, 50));
const second = structured('').time;
expect('no time, read twice', first && second && first !== second ? 'two different times' : `${first} ${second}`, 'two different times');
process.exit(failed);
JS
timeout 60 node main.mjs
