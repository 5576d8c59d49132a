'use strict';

// ES modules by NODE_PATH. Node.js looks for them beside the code only, but AWS's also where CommonJS modules are found:
// that is how functions import the packages of their layers, and of the runtime.

const Module = require('module');
const path = require('path');
const { pathToFileURL } = require('url');

// What an import is written like in a CommonJS module, and how an ES module begins that is not known to be one.
const IMPORTS = /\bimport\s*\(|^\s*import\b/m;

let folders;
let expectImports = () => {};

// To be called when the function's code is there, and before it is loaded. What it returns is to be told before an ES module
// is.
function install(nodePath) {
  folders = nodePath;
  if (Module.registerHooks === undefined) wrapResolver();
  else awaitImports();
  return { expectImports };
}

// A hook makes each `require` slower, by a fifth of what the smallest module takes, so it waits until there is something
// to import.
function awaitImports() {
  const { _compile: compile } = Module.prototype;
  let waits = true;
  const compileWaiting = function (content, filename, format) {
    if (waits && (format === 'module' || IMPORTS.test(content))) expectImports();
    return compile.call(this, content, filename, format);
  };
  expectImports = () => {
    if (!waits) return;
    waits = false;
    if (Module.prototype._compile === compileWaiting) Module.prototype._compile = compile;
    Module.registerHooks({ resolve: (specifier, context, next) => resolve(next, specifier, context) });
  };
  Module.prototype._compile = compileWaiting;
}

// Node.js 18, 20 and the first of 22 know hooks only in a thread of their own, which takes 45 ms and 12 MB. No such version
// comes any more, so that what is inside them can be relied on. Needs the option `--expose-internals`.
function wrapResolver() {
  let resolver;
  try {
    resolver = require('internal/modules/esm/resolve');
  } catch {
    return; // started without the option
  }
  const { defaultResolve } = resolver;
  resolver.defaultResolve = (specifier, context) => resolve(defaultResolve, specifier, context);
}

// Resolves as Node.js does, and by NODE_PATH where that finds nothing. If neither does, the first error tells.
function resolve(next, specifier, context) {
  try {
    return next(specifier, context);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !isBare(specifier)) throw error;
    for (const folder of folders) {
      const found = resolveIn(folder, next, specifier, context);
      if (found !== undefined) return found;
    }
    throw error;
  }
}

function isBare(specifier) {
  return !/^(\.{0,2}\/|\.{1,2}$|[a-z][a-z0-9+.-]*:|#)/i.test(specifier);
}

function resolveIn(folder, next, specifier, context) {
  if (path.basename(folder) !== 'node_modules') {
    const file = Module._findPath(specifier, [folder], false);
    return file ? next(pathToFileURL(file).href, context) : undefined;
  }
  try {
    // As if a module beside that folder asked.
    return next(specifier, { ...context, parentURL: pathToFileURL(path.join(folder, '..', 'module')).href });
  } catch (error) {
    if (error?.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

module.exports = { install };
