import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { run, which } from './process.mjs';
import { say, step, Stop } from './say.mjs';

/**
 * One thing that the system must have. `deb` lists the names it goes by in Debian's and Ubuntu's releases, newest first;
 * `soname` or `command` is how it is recognised elsewhere; `rpm` and `arch` are its names for the advice.
 * @typedef {{ deb: string[], soname?: string, command?: string, rpm: string, arch: string }} Need
 */

/** @type {(deb: string, soname: string, rpm: string, arch: string) => Need} */
const library = (deb, soname, rpm, arch) => ({ deb: deb.split('|'), soname, rpm, arch });
/** @type {(deb: string, command: string, rpm: string, arch: string) => Need} */
const program = (deb, command, rpm, arch) => ({ deb: deb.split('|'), command, rpm, arch });

/**
 * `runtime`: what Electron links or opens. `session`: a display and a keychain for machines without. `compile`: native
 * modules. `referee`: GDAL, with which tests compare; without it they skip.
 * @type {Record<'runtime' | 'session' | 'compile' | 'referee', Need[]>}
 */
const groups = {
  runtime: [
    library('libgtk-3-0t64|libgtk-3-0', 'libgtk-3.so.0', 'gtk3', 'gtk3'),
    library('libnss3', 'libnss3.so', 'nss', 'nss'),
    library('libatk1.0-0t64|libatk1.0-0', 'libatk-1.0.so.0', 'atk', 'at-spi2-core'),
    library(
      'libatk-bridge2.0-0t64|libatk-bridge2.0-0',
      'libatk-bridge-2.0.so.0',
      'at-spi2-atk',
      'at-spi2-core',
    ),
    library('libcups2t64|libcups2', 'libcups.so.2', 'cups-libs', 'libcups'),
    library('libdrm2', 'libdrm.so.2', 'libdrm', 'libdrm'),
    library('libgbm1', 'libgbm.so.1', 'mesa-libgbm', 'mesa'),
    library('libasound2t64|libasound2', 'libasound.so.2', 'alsa-lib', 'alsa-lib'),
    library('libxss1', 'libXss.so.1', 'libXScrnSaver', 'libxss'),
    library('libxtst6', 'libXtst.so.6', 'libXtst', 'libxtst'),
    library('libsecret-1-0', 'libsecret-1.so.0', 'libsecret', 'libsecret'),
  ],
  session: [
    program('xvfb', 'Xvfb', 'xorg-x11-server-Xvfb', 'xorg-server-xvfb'),
    program('dbus', 'dbus-daemon', 'dbus-daemon', 'dbus'),
    program('gnome-keyring', 'gnome-keyring-daemon', 'gnome-keyring', 'gnome-keyring'),
    { deb: ['fonts-dejavu-core'], rpm: 'dejavu-sans-fonts', arch: 'ttf-dejavu' },
    { deb: ['fonts-noto-color-emoji'], rpm: 'google-noto-color-emoji-fonts', arch: 'noto-fonts-emoji' },
  ],
  compile: [
    program('python3', 'python3', 'python3', 'python'),
    program('make', 'make', 'make', 'make'),
    program('g++', 'g++', 'gcc-c++', 'gcc'),
    program('pkgconf|pkg-config', 'pkg-config', 'pkgconf-pkg-config', 'pkgconf'),
    { deb: ['libsecret-1-dev'], rpm: 'libsecret-devel', arch: 'libsecret' },
  ],
  referee: [
    program('gdal-bin', 'gdalinfo', 'gdal', 'gdal'),
    { deb: ['python3-pil'], rpm: 'python3-pillow', arch: 'python-pillow' },
  ],
};

/** @typedef {keyof typeof groups} Group */

const isRoot = process.getuid?.() === 0;

/** Debian, Ubuntu and their children: where dpkg rules. */
export const debian =
  process.platform === 'linux' && existsSync('/var/lib/dpkg/status') && Boolean(which('dpkg-query'));

/** True where missing system packages are installed without asking: by root on Debian and Ubuntu. */
export const installsSystemPackages = debian && isRoot;

/**
 * Makes sure that the system has the groups. Root on Debian or Ubuntu gets them installed; anybody else is told what is
 * missing and the one command that installs it. Nothing is ever run through sudo.
 * @param {readonly Group[]} wanted
 * @param {readonly Group[]} [optional] installed where we may, not missed where we may not
 */
export async function ensureSystem(wanted, optional = []) {
  if (process.platform !== 'linux') return;
  const needs = wanted.flatMap((group) => groups[group]);
  const extras = installsSystemPackages ? optional.flatMap((group) => groups[group]) : [];
  const missing = missingOf([...needs, ...extras]);
  if (missing.length === 0) return;
  if (!installsSystemPackages) throw new Stop(advice(missing));
  await install(missing);
}

function missingOf(/** @type {Need[]} */ needs) {
  const present = debian ? installedPackages() : null;
  const libraries = present ? '' : String(spawnSync('ldconfig', ['-p']).stdout ?? '');
  return needs.filter((need) => {
    // Whoever built a library or a program by hand has it, whatever the package database says.
    if (need.command && which(need.command)) return false;
    if (present) return !need.deb.some((name) => present.has(name));
    return need.soname !== undefined && libraries !== '' && !libraries.includes(need.soname);
  });
}

/** Names of the installed packages, straight from dpkg's own record. */
function installedPackages() {
  const names = new Set();
  for (const entry of readFileSync('/var/lib/dpkg/status', 'utf8').split('\n\n')) {
    if (!/^Status: \S+ \S+ installed$/m.test(entry)) continue;
    const name = /^Package: (\S+)$/m.exec(entry)?.[1];
    if (name) names.add(name);
  }
  return names;
}

function advice(/** @type {Need[]} */ missing) {
  const say = (/** @type {string} */ command, /** @type {(need: Need) => string} */ name) =>
    `These system packages are missing. Install them with\n\n  sudo ${command} ${[...new Set(missing.map(name))].join(' ')}\n\nand start again.`;
  if (debian) return say('apt-get install -y', debName);
  if (which('dnf')) return say('dnf install -y', (need) => need.rpm);
  if (which('pacman')) return say('pacman -S --needed', (need) => need.arch);
  return `These system libraries and programs are missing (Debian's names): ${missing.map((need) => need.deb.at(-1)).join(', ')}. Install them and start again.`;
}

/** The first of a package's names that this release knows. */
function debName(/** @type {Need} */ need) {
  const known = (/** @type {string} */ name) =>
    /Candidate: (?!\(none\))/.test(String(spawnSync('apt-cache', ['policy', name]).stdout ?? ''));
  const oldest = need.deb.at(-1) ?? '';
  return need.deb.length === 1 ? oldest : (need.deb.find(known) ?? oldest);
}

async function install(/** @type {Need[]} */ missing) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const options = ['-y', '-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'Acquire::Retries=3'];
  const failed = (/** @type {Error} */ error) => {
    throw new Stop(`apt-get failed. ${error.message}`);
  };
  await step('asking Debian for its list of packages', () =>
    run('apt-get', ['update', '-q'], { env }).catch(failed),
  );
  const names = missing.map(debName);
  say(`missing system packages: ${names.join(' ')}`);
  await step('installing them (apt-get, as root)', () =>
    run('apt-get', ['install', ...options, '--no-install-recommends', ...names], { env }).catch(failed),
  );
}
