import { expect, test } from 'vitest';
import { RtreePacker } from '../../../main/library/geopackage/rtree';
import { RtreeWalker } from '../../../main/library/geopackage/rtreeWalk';
import { randomFrom } from '../vectorize/masks';
import { openDatabase } from './support';

for (const count of [0, 1, 46, 47, 2116, 2117, 140_000]) {
  test(`a packed tree of ${count} boxes is what SQLite itself would accept`, () => {
    const db = openDatabase(':memory:');
    db.exec('CREATE VIRTUAL TABLE tree USING rtree(id, minx, maxx, miny, maxy)');
    const packer = new RtreePacker(db, 'tree');
    const random = randomFrom(count);
    const boxes = Array.from({ length: count }, () => {
      const [x, y] = [random() * 360 - 180, random() * 180 - 90];
      return [x, y, x + random() * 0.01, y + random() * 0.01] as const;
    });
    boxes.forEach((box, i) => packer.add(i + 1, ...box));
    packer.finish();
    expect(db.prepare(`SELECT rtreecheck('tree')`).pluck().get()).toBe('ok');
    expect(db.prepare('SELECT count(*) FROM tree').pluck().get()).toBe(count);
    const query = db
      .prepare('SELECT id FROM tree WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ? ORDER BY id')
      .pluck();
    const walker = new RtreeWalker(db, 'tree');
    for (let n = 0; n < 20; n++) {
      const [x, y] = [random() * 360 - 180, random() * 180 - 90];
      const size = n < 10 ? 1 : 40;
      const found = query.all(x + size, x, y + size, y) as number[];
      const walked: number[] = [];
      walker.visit([x, y, x + size, y + size], (id) => walked.push(id));
      expect(walked.sort((a, b) => a - b)).toEqual(found);
      boxes.forEach((box, i) => {
        const meets = box[0] <= x + size && box[2] >= x && box[1] <= y + size && box[3] >= y;
        if (meets && !found.includes(i + 1)) expect.fail(`box ${i + 1} is missing`);
      });
    }
    db.prepare('INSERT INTO tree VALUES (?, 0, 1, 0, 1)').run(count + 1);
    db.prepare('DELETE FROM tree WHERE id = 1').run();
    expect(db.prepare(`SELECT rtreecheck('tree')`).pluck().get()).toBe('ok');
    db.close();
  });
}
