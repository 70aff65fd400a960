'use strict';
/**
 * Takes the place of Electron's default application, which the stand-in lacks: started as `electron <folder> [args]`, it
 * gives the application in that folder its name, version and path, and loads its main file.
 */
const { app, dialog } = require('electron');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!folder) {
  process.stderr.write('usage: electron <folder of the application> [arguments]\n');
  app.exit(1);
} else {
  start(path.resolve(folder));
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
    require(path.join(appPath, about.main ?? 'index.js'));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    if (process.env.DISPLAY) dialog.showErrorBox('The application cannot be started', String(error));
    app.exit(1);
  }
}
