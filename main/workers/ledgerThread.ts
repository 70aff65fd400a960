import { workerData } from 'node:worker_threads';
import { serveRpc } from '@shared/rpc';
import { openLedger } from '../library';
import { ledgerMethods } from '../uploads';
import { parentRpcPort } from './parentPort';

/** Writes the ledger of uploads, and waits for the disk, so that the window's process does not have to. */
const { path } = workerData as { readonly path: string };
const store = openLedger(path, { nativeBinding: process.env['ORTHODESK_SQLITE_BINDING'] });
serveRpc(parentRpcPort(), ledgerMethods(store));
