'use strict';

// Finds the function's handler: `folder/module.path.to.function`.

const fs = require('fs');
const path = require('path');
const { CLIENT_4, HandlerNotFound, ImportModuleError, MalformedHandlerName, UserCodeSyntaxError } = require('./errors.cjs');

let expectImports = () => {};

async function load(taskRoot, name) {
  if (name.includes('..')) {
    throw new MalformedHandlerName(
      `'${name}' is not a valid handler name. ` +
        'Use absolute paths when specifying root directories in handler names.',
    );
  }
  const base = path.basename(name);
  const folder = name.slice(0, name.indexOf(base));
  const parts = /^([^.]*)\.(.*)$/.exec(base);
  if (parts === null) throw new MalformedHandlerName('Bad handler');
  const folders = nodePath();
  if (folders.length > 0) ({ expectImports } = require('./node-path.cjs').install(folders));
  const exported = await loadModule(taskRoot, folder, parts[1]);
  const handler = find(parts[2], exported) || (CLIENT_4 && find(parts[2], exported.default));
  if (!handler) throw new HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new HandlerNotFound(`${name} is not a function`);
  return handler;
}

// The folders that NODE_PATH names, as far as they are there.
function nodePath() {
  const named = (process.env.NODE_PATH ?? '').split(path.delimiter);
  return named.filter((folder) => folder !== '' && fs.existsSync(folder));
}

function find(name, exported) {
  return name.split('.').reduce((object, key) => object && object[key], exported);
}

async function loadModule(taskRoot, folder, name) {
  try {
    const file = path.resolve(taskRoot, folder, name);
    const loaded = await loadFile(file);
    // Relative to the function's code: this module lies elsewhere.
    return loaded ?? require(require.resolve(name, { paths: [taskRoot, folder] }));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new ImportModuleError(error);
    throw error;
  }
}

// Tries each kind of module that a handler's file may be; undefined if there is none.
async function loadFile(file) {
  const isModule = inModulePackage(path.dirname(file));
  const loadScript = isModule ? importFile : requireFile;
  const candidates = [
    ['', requireFile],
    ['.js', loadScript],
    ['.mjs', importFile],
    ['.cjs', requireFile],
  ];
  if (CLIENT_4) candidates.push(['.ts', loadScript], ['.mts', importFile], ['.cts', requireFile]);
  for (const [extension, loader] of candidates) {
    if (fs.existsSync(file + extension)) {
      const loaded = await loader(file + extension);
      if (loaded) return loaded;
    }
  }
  return undefined;
}

// A file that only its text makes an ES module can be required too, unless it waits for something.
function requireFile(file) {
  try {
    return require(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return importFile(file);
  }
}

function importFile(file) {
  expectImports();
  return import(require('url').pathToFileURL(file).href);
}

// Whether the nearest package.json says `"type": "module"`.
function inModulePackage(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const description = path.join(folder, 'package.json');
  if (fs.existsSync(description)) {
    try {
      return JSON.parse(fs.readFileSync(description, 'utf8'))?.type === 'module';
    } catch (error) {
      console.warn(`${description} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  return folder !== '/' && inModulePackage(path.dirname(folder));
}

module.exports = { load };
