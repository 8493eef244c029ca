// A foreign WebSocket server: echoes, and closes when it is asked to. Prints its port.
// node server.js
'use strict';
const {WebSocketServer} = require('ws');
const deflate = {threshold: 0, serverMaxWindowBits: 10, clientMaxWindowBits: 10};
const server = new WebSocketServer({port: 0, host: '127.0.0.1', perMessageDeflate: deflate,
  handleProtocols: offered => offered.has('second') ? 'second' : false});
server.on('listening', () => console.log(server.address().port));
server.on('connection', ws => {
  ws.on('error', () => {});
  ws.on('message', (data, isBinary) => {
    const text = isBinary ? '' : String(data);
    if (text.startsWith('close ')) ws.close(Number(text.slice(6)), 'as asked');
    else if (text === 'fragments') {
      ws.send('frag', {fin: false});
      ws.ping('between');
      ws.send('ments', {fin: true});
    } else ws.send(data, {binary: isBinary});
  });
});
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
