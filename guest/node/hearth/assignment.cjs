'use strict';

// A runtime that is up before its function is known: it waits on its channel to hear which one it serves.
//
// It says `+` when it is up. Then comes the assignment: its length (4 bytes, big-endian) and the function's
// environment, `NAME=value` and a NUL for each variable.

const fs = require('fs');

// `channel` is the number of the descriptor.
function awaitAssignment(channel) {
  fs.writeSync(channel, '+');
  const length = read(channel, 4).readUInt32BE();
  const variables = read(channel, length).toString().split('\0').slice(0, -1);
  for (const variable of variables) {
    const at = variable.indexOf('=');
    process.env[variable.slice(0, at)] = variable.slice(at + 1);
  }
  // What was mounted there meanwhile covers the folder that this process was started in.
  process.chdir(process.env.LAMBDA_TASK_ROOT);
}

function read(channel, length) {
  const data = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const count = fs.readSync(channel, data, filled, length - filled);
    if (count === 0) process.exit(0); // nobody needs it any more
    filled += count;
  }
  return data;
}

module.exports = { awaitAssignment };
