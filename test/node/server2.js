// A foreign WebSocket server over HTTP/2 (RFC 8441): echoes, and closes when it is asked to. Node has the
// streams and ws the frames. Prints its port.
// node server2.js
'use strict';
const http2 = require('http2');
const {WebSocket} = require('ws');
const server = http2.createServer({settings: {enableConnectProtocol: true}});
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':method'] !== 'CONNECT' || headers[':protocol'] !== 'websocket') {
    stream.respond({':status': 400}, {endStream: true});
    return;
  }
  if (headers[':path'] === '/refused') {
    stream.respond({':status': 403, 'content-type': 'text/plain'});
    stream.end('not you');
    return;
  }
  const offered = (headers['sec-websocket-protocol'] || '').split(',');
  const answer = {':status': 200};
  if (offered.includes('second')) answer['sec-websocket-protocol'] = 'second';
  stream.respond(answer);
  const ws = new WebSocket(null, undefined, {autoPong: true});
  ws.setSocket(stream, Buffer.alloc(0), {allowSynchronousEvents: false, maxPayload: 4 << 20,
    skipUTF8Validation: false});
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
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
