// The synchronization as a user would write it: pages over a persistent connection, JSON.parse, prepared statements of
// better-sqlite3, one transaction per page.
//
//     NODE_PATH=node_modules node sync.js BASE_URL ENTITY STORE
'use strict';

const http = require('node:http');
const zlib = require('node:zlib');
const Database = require('better-sqlite3');

const [baseUrl, entity, file] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function post(body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${baseUrl}/appdata/${entity}/query`,
      { method: 'POST', agent, headers: { 'Content-Type': 'application/json', 'Accept-Encoding': 'gzip' } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) return reject(new Error(`HTTP ${response.statusCode}`));
          const bytes = Buffer.concat(chunks);
          const zipped = response.headers['content-encoding'] === 'gzip';
          resolve(JSON.parse((zipped ? zlib.gunzipSync(bytes) : bytes).toString('utf8')));
        });
      },
    );
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.exec(`
  CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, modified TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS cursor (entity TEXT PRIMARY KEY, modified TEXT, id TEXT);
`);
const upsert = db.prepare(`INSERT INTO records (id, modified, body) VALUES (?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET modified = excluded.modified, body = excluded.body`);
const move = db.prepare(`INSERT INTO cursor (entity, modified, id) VALUES (?, ?, ?)
  ON CONFLICT (entity) DO UPDATE SET modified = excluded.modified, id = excluded.id`);
const store = db.transaction((records) => {
  for (const record of records) upsert.run(record._id, record.modified, JSON.stringify(record));
  const last = records[records.length - 1];
  move.run(entity, last.modified, last._id);
});

async function main() {
  let cursor = db.prepare('SELECT modified, id FROM cursor WHERE entity = ?').get(entity);
  for (;;) {
    const query = cursor
      ? { modified: { $gte: cursor.modified }, $or: [{ modified: { $gt: cursor.modified } }, { _id: { $gt: cursor.id } }] }
      : {};
    const answer = await post({ Skip: 0, Take: 1000, Query: query, Sort: { modified: 1, _id: 1 }, WithoutTotal: true });
    if (answer.data.length === 0) break;
    store(answer.data);
    const last = answer.data[answer.data.length - 1];
    cursor = { modified: last.modified, id: last._id };
  }
  db.close();
  agent.destroy();
}

main();
