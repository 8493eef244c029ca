// A foreign WebSocket client: talks to an echo server, says "ok" or what was wrong.
// node client.js PORT
'use strict';
const WebSocket = require('ws');
const assert = require('assert');
const url = `ws://127.0.0.1:${process.argv[2]}/ws`;

function connect(options) {
  const ws = new WebSocket(url, options);
  const waiting = [];
  const came = [];
  ws.on('message', (data, isBinary) => {
    const message = {data, isBinary};
    if (waiting.length) waiting.shift()(message); else came.push(message);
  });
  ws.next = () => new Promise(resolve => came.length ? resolve(came.shift()) : waiting.push(resolve));
  ws.closed = new Promise(resolve => ws.on('close', (code, reason) => resolve({code, reason: String(reason)})));
  return new Promise((resolve, reject) => {
    ws.on('open', () => resolve(ws));
    ws.on('error', reject);
  });
}

async function echoes(ws, sizes) {
  for (const size of sizes) {
    const data = Buffer.alloc(size, 'some text ');
    for (let i = 0; i < size; i += 7) data[i] = i * 31;
    ws.send(data);
    const back = await ws.next();
    assert(back.isBinary && back.data.equals(data), `binary of ${size}`);
  }
  ws.send('Grüße 𝄞');
  const text = await ws.next();
  assert(!text.isBinary);
  assert.strictEqual(String(text.data), 'Grüße 𝄞');
}

async function main() {
  let ws = await connect({perMessageDeflate: false});
  await echoes(ws, [0, 1, 125, 126, 65535, 65536, 1 << 20]);
  ws.send('one ', {fin: false});
  ws.send('two ', {fin: false});
  ws.ping('between');
  await new Promise(resolve => ws.on('pong', data => { assert.strictEqual(String(data), 'between'); resolve(); }));
  ws.send('three', {fin: true});
  assert.strictEqual(String((await ws.next()).data), 'one two three');
  ws.close(4321, 'enough');
  assert.deepStrictEqual(await ws.closed, {code: 4321, reason: 'enough'});

  for (const serverNoContextTakeover of [false, true]) {
    for (const clientNoContextTakeover of [false, true]) {
      for (const serverMaxWindowBits of [undefined, 9, 12, 15]) {
        for (const clientMaxWindowBits of [undefined, true, 9, 15]) {
          const asked = {threshold: 0, serverNoContextTakeover, clientNoContextTakeover, clientMaxWindowBits, serverMaxWindowBits};
          ws = await connect({perMessageDeflate: asked});
          assert(ws.extensions.includes('permessage-deflate'), 'no compression for ' + JSON.stringify(asked));
          await echoes(ws, [0, 1, 300, 5000, 40000, 100000, 300]);
          ws.close(1000);
          assert.strictEqual((await ws.closed).code, 1000);
        }
      }
    }
  }

  for (const code of [1000, 1001, 1008, 1011, 1014, 3000, 4999]) {
    ws = await connect();
    ws.send('close ' + code);
    assert.deepStrictEqual(await ws.closed, {code, reason: 'as asked'});
  }
  console.log('ok');
}

main().then(() => process.exit(0), e => { console.log(e.stack); process.exit(1); });
