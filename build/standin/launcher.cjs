'use strict';
/**
 * Takes the place of Electron's default application, which the stand-in lacks: started as
 * `electron [-r module] <folder> [arguments]`, it gives the application in that folder its name, version and path, loads
 * the modules (a test driver's), and then the application's main file.
 */
const { app, dialog } = require('electron');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const { modules, folder } = read(process.argv.slice(1));
if (folder) {
  start(path.resolve(folder));
} else {
  process.stderr.write('usage: electron [-r module] <folder of the application> [arguments]\n');
  app.exit(1);
}

/** What comes before the folder is ours or Chromium's; what comes after is the application's. */
function read(args) {
  const modules = [];
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '-r' || args[at] === '--require') modules.push(args[++at]);
    else if (!args[at].startsWith('-')) return { modules, folder: args[at] };
  }
  return { modules, folder: null };
}

function start(appPath) {
  try {
    const about = JSON.parse(readFileSync(path.join(appPath, 'package.json'), 'utf8'));
    process.defaultApp = true;
    app.setAppPath(appPath);
    app.setVersion(about.version ?? '0.0.0');
    app.setName(about.productName ?? about.name);
    if (!app.commandLine.hasSwitch('user-data-dir')) {
      app.setPath('userData', path.join(app.getPath('appData'), app.name));
    }
    for (const module of modules) require(path.resolve(module));
    require(path.join(appPath, about.main ?? 'index.js'));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    if (process.env.DISPLAY) dialog.showErrorBox('The application cannot be started', String(error));
    app.exit(1);
  }
}
