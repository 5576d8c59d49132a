// Calls each command of the client with the request that one file has for it, and writes what came of each to another.
import { readFileSync, writeFileSync } from 'node:fs';
import * as sdk from '@aws-sdk/client-lambda';

const [endpoint, file, result] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(file, 'utf8'));
const client = new sdk.LambdaClient({
  endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1,
});

// Members whose values are bytes, which the file has in Base64.
const bytes = (name, value) => ['ZipFile', 'Payload', 'InvokeArgs'].includes(name) && typeof value === 'string'
  ? Buffer.from(value, 'base64') : value;

async function call(name, request) {
  try {
    const answer = await client.send(new sdk[`${name}Command`](request));
    if (answer.EventStream) {
      for await (const event of answer.EventStream) void event;
    }
    return { status: answer.$metadata.httpStatusCode, error: '', message: '' };
  } catch (e) {
    return { status: e.$metadata?.httpStatusCode ?? 0, error: e.name, message: e.message };
  }
}

const commands = Object.keys(sdk).filter(name => /^[A-Z].*Command$/.test(name)).map(name => name.slice(0, -7));
const known = Object.keys(requests);
const answers = {};
// In the order of the file; a command that it does not have is called with nothing.
for (const name of [...known.filter(one => commands.includes(one)), ...commands.filter(one => !known.includes(one))]) {
  answers[name] = await call(name, JSON.parse(JSON.stringify(requests[name] ?? {}), bytes));
}
writeFileSync(result, JSON.stringify(answers));
