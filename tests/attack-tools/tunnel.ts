/** A proxy for tools that cannot be told where a name leads: it joins every tunnel to one port of this machine. */

import { connect, createServer } from 'node:net'
import { atEnd } from '#framework/testing/index.ts'

/** Opens it on loopback until the file's tests are over; returns its address, `http://127.0.0.1:PORT`. */
export async function openTunnel(port: number): Promise<string> {
  const server = createServer((socket) => {
    let head = ''
    const onData = (part: Buffer) => {
      head += part.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      socket.off('data', onData)
      if (!head.startsWith('CONNECT ')) return socket.end('HTTP/1.1 405 Method Not Allowed\r\n\r\n')
      const other = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        other.pipe(socket)
        socket.pipe(other)
      })
      other.on('error', () => socket.destroy())
      other.on('close', () => socket.destroy())
      socket.on('close', () => other.destroy())
    }
    socket.on('data', onData)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
