// What Node.js programs commonly do.
const assert = require('node:assert');
const { execFileSync, fork, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const zlib = require('node:zlib');

const once = (emitter, event) => new Promise((resolve, reject) => emitter.once(event, resolve).once('error', reject));

async function main() {
  assert.strictEqual(await once(new Worker(__filename), 'message'), 'from a thread');
  assert.strictEqual(execFileSync('/bin/echo', ['child']).toString(), 'child\n');
  const child = fork(__filename, ['child']);
  assert.strictEqual(await once(child, 'message'), 'from a child');
  assert.strictEqual(await once(spawn('/bin/sh', ['-c', 'exit 3']), 'exit'), 3);

  const echo = net.createServer((socket) => socket.pipe(socket)).listen('/tmp/echo.sock');
  await once(echo, 'listening');
  const client = net.connect('/tmp/echo.sock');
  client.write('hello');
  assert.strictEqual((await once(client, 'data')).toString(), 'hello');
  client.destroy();
  echo.close();

  const server = http.createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`);
  assert.strictEqual(await answer.text(), 'ok');
  server.close();
  server.closeAllConnections?.();

  assert.strictEqual((await dns.promises.lookup('localhost', 4)).address, '127.0.0.1');
  assert.strictEqual(zlib.gunzipSync(zlib.gzipSync('x'.repeat(10000))).length, 10000);
  assert.strictEqual((await new Promise((r) => crypto.pbkdf2('a', 'b', 10, 32, 'sha256', (_, key) => r(key)))).length, 32);

  fs.mkdirSync('/tmp/watched');
  const watcher = fs.watch('/tmp/watched');
  const changed = once(watcher, 'change');
  fs.writeFileSync('/tmp/watched/file', 'x');
  await changed;
  watcher.close();
  fs.copyFileSync('/tmp/watched/file', '/tmp/copied');
  await fs.promises.cp('/tmp/watched', '/tmp/copy', { recursive: true });
  assert.ok(os.cpus().length > 0 && os.networkInterfaces().lo);
  console.log('all');
}

if (!isMainThread) parentPort.postMessage('from a thread');
else if (process.argv[2] === 'child') {
  process.send('from a child');
  process.disconnect();
} else main();
