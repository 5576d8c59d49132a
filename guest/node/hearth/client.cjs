'use strict';

// Which of AWS's two clients functions meet with this Node.js there. The fourth was written anew, and took
// callbacks away.

const CLIENT_4 = Number.parseInt(process.versions.node) >= 24;

module.exports = { CLIENT_4 };
