import SqliteDatabase from 'better-sqlite3';
import { serveRpc } from '@shared/rpc';
import { ResultsHost, resultsMethods } from '../library/geopackage/index';
import type { ResultsMethods } from '../results/index';
import { parentRpcPort } from './parentPort';

/** The results worker: a process of its own that writes and reads GeoPackages. It never sees a token. */
const nativeBinding = process.env['ORTHODESK_SQLITE_BINDING'];
const host = new ResultsHost(
  (path, options) => new SqliteDatabase(path, { ...options, ...(nativeBinding ? { nativeBinding } : {}) }),
);
serveRpc<ResultsMethods>(parentRpcPort(), resultsMethods(host));
