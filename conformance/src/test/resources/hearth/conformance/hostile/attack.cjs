// Other ways than Python's to the same targets. Says which of them it reached.
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const {spawnSync} = require('node:child_process');

const attempts = {
  kill: facts => process.kill(facts.bait, 'SIGKILL'),
  priority: () => os.setPriority(0, -5),
  environment: facts => fs.readFileSync(`/proc/${facts.victim}/environ`),
  store: facts => fs.readdirSync(facts.data).length > 0 || fs.readdirSync(`/proc/1/root${facts.data}`),
  mount: facts => {
    const done = spawnSync('mount', ['-t', 'tmpfs', 'none', facts.scratch]);
    if (done.status !== 0) throw new Error(String(done.stderr));
  },
  unshare: () => {
    if (spawnSync('unshare', ['-Ur', 'true']).status !== 0) throw new Error('refused');
  },
  host: facts => new Promise((resolve, reject) => {
    const socket = net.connect(facts.port, '127.0.0.1', resolve);
    socket.on('error', reject);
    socket.on('connect', () => socket.destroy());
  }),
};

exports.handler = async facts => {
  const reached = [];
  const reasons = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt(facts);
      reached.push(name);
    } catch (error) {
      reasons.push(error.code || error.message);
    }
  }
  return {worked: reached.length > 0, how: reached.length > 0 ? reached.join(' ') : [...new Set(reasons)].join('; ')};
};

if (require.main === module)
  exports.handler(JSON.parse(process.argv[2])).then(result => console.log(JSON.stringify(result)));
