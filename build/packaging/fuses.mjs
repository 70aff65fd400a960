import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/**
 * What a released program allows: it is not a Node, takes no Node options or debugger from outside, encrypts its
 * cookies, and loads nothing but its own, unchanged archive.
 * @type {Partial<Record<FuseV1Options, boolean>>}
 */
export const fuses = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
};

/** The wanted fuses that this runtime has at all: the stand-in is older than the last of them. */
async function known(/** @type {string} */ executable, /** @type {typeof fuses} */ wanted) {
  const wire = await getCurrentFuseWire(executable);
  return Object.entries(wanted).filter(([option]) => option in wire);
}

/** Sets fuses in a program and reads them back. */
export async function setFuses(/** @type {string} */ executable, /** @type {typeof fuses} */ wanted) {
  const present = Object.fromEntries(await known(executable, wanted));
  await flipFuses(executable, { version: FuseVersion.V1, resetAdHocDarwinSignature: true, ...present });
  const wrong = await fusesNotAs(executable, wanted);
  if (wrong.length > 0) throw new Error(`These fuses were not taken: ${wrong.join(', ')}`);
}

/** Names of the fuses of a program that differ from the wanted ones; empty when all is well. */
export async function fusesNotAs(/** @type {string} */ executable, /** @type {typeof fuses} */ wanted) {
  const wire = await getCurrentFuseWire(executable);
  const states = /** @type {Record<string, FuseState>} */ (/** @type {unknown} */ (wire));
  return (await known(executable, wanted))
    .filter(([option, on]) => states[option] !== (on ? FuseState.ENABLE : FuseState.DISABLE))
    .map(([option]) => FuseV1Options[Number(option)] ?? option);
}
