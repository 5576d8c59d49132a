// The floor of Node.js: its own server, with the same handler and the same bytes in the answer, which goes out in one write.
const [, , file, answer] = process.argv;
const { handler } = require(file);
const [head, body] = require('fs').readFileSync(answer, 'latin1').split('\r\n\r\n');
const headers = head.split('\r\n').slice(1).flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
const server = require('http').createServer((request, response) => {
  let event = '';
  request.setEncoding('utf8').on('data', (piece) => { event += piece; });
  request.on('end', async () => {
    const result = JSON.stringify(await handler(JSON.parse(event), {}));
    if (result !== body) throw new Error(result);
    // What it would add by itself.
    response.sendDate = false;
    response.removeHeader('connection');
    response.writeHead(200, headers);
    response.end(result);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
