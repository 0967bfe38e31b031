// The store as a user would write it: JSON.parse, then with `pg` one statement per record and one transaction per page.
// Prints the total duration of the transactions, in seconds.
//
//     NODE_PATH=node_modules node pg.js SOCKET_FOLDER PORT DATABASE PAGE.json...
'use strict';

const fs = require('node:fs');
const { Client } = require('pg');

const [host, port, database, ...files] = process.argv.slice(2);
const entity = 'claim_attendance';

const upsert = `INSERT INTO records (id, modified, body) VALUES ($1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET modified = excluded.modified, body = excluded.body`;
const move = `INSERT INTO cursor (entity, modified, id) VALUES ($1, $2, $3)
  ON CONFLICT (entity) DO UPDATE SET modified = excluded.modified, id = excluded.id`;

async function store(client, records) {
  await client.query('BEGIN');
  for (const record of records) await client.query(upsert, [record._id, record.modified, JSON.stringify(record)]);
  const last = records[records.length - 1];
  await client.query(move, [entity, last.modified, last._id]);
  await client.query('COMMIT');
}

async function main() {
  const client = new Client({ host, port: Number(port), database, user: 'postgres' });
  await client.connect();
  await client.query(`
    CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, modified TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS cursor (entity TEXT PRIMARY KEY, modified TEXT, id TEXT);
  `);
  let seconds = 0;
  for (const file of files) {
    const { data } = JSON.parse(fs.readFileSync(file, 'utf8'));
    const start = process.hrtime.bigint();
    await store(client, data);
    seconds += Number(process.hrtime.bigint() - start) / 1e9;
  }
  await client.end();
  console.log(seconds);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
