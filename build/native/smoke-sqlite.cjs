'use strict';
/**
 * Run by the stand-in itself: proves that a freshly compiled binding does what the library leans on, strings kept in
 * references above all, before the binding is kept. Arguments: folder of better-sqlite3, path of the binding.
 */
const assert = require('node:assert/strict');

const [folder, nativeBinding] = process.argv.slice(2);
const Database = require(folder);
const db = new Database(':memory:', { nativeBinding });
db.pragma('foreign_keys = ON');
db.exec('CREATE TABLE image (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes BLOB)');
const add = db.prepare('INSERT INTO image (name, bytes) VALUES (@name, @bytes)');
const addAll = db.transaction((count) => {
  for (let i = 0; i < count; i++) add.run({ name: `tile ${i} é🌲`, bytes: Buffer.from([i & 255]) });
});
addAll(20_000);
assert.equal(db.prepare('SELECT count(*) FROM image').pluck().get(), 20_000);
const byName = db.prepare('SELECT id, name, bytes FROM image WHERE name = ?');
for (let i = 0; i < 2_000; i++) {
  assert.deepEqual(byName.get(`tile ${i} é🌲`), {
    id: i + 1,
    name: `tile ${i} é🌲`,
    bytes: Buffer.from([i & 255]),
  });
}
let seen = 0;
for (const row of db.prepare('SELECT name FROM image').iterate()) seen += row.name.length > 0 ? 1 : 0;
assert.equal(seen, 20_000);
db.function('twice', (value) => value * 2);
assert.equal(db.prepare('SELECT twice(21)').pluck().get(), 42);
assert.throws(() => add.run({ name: 'tile 0 é🌲', bytes: null }), { code: 'SQLITE_CONSTRAINT_UNIQUE' });
assert.deepEqual(db.prepare('SELECT 1 AS a, 2 AS a').raw().get(), [1, 2]);
db.exec('CREATE VIRTUAL TABLE extent USING rtree(id, x0, x1, y0, y1)');
db.close();
process.stdout.write('ok\n');
