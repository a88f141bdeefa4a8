/**
 * One HTTP/1.1 connection that is kept open. It knows just enough of the protocol for our two servers (answers carry
 * Content-Length), so that the load generator takes as little as possible of the processor that it shares with them.
 */

import { connect, type Socket } from 'node:net'

export interface CallTo {
  /** Default POST. */
  readonly method?: 'GET' | 'POST'
  readonly path: string
  /** Default: the address connected to. */
  readonly host?: string
  readonly headers: string
  readonly body: string
}

export class Connection {
  readonly #socket: Socket
  readonly #host: string
  #received: Buffer[] = []
  #size = 0
  #bodyAt = -1
  #end = -1
  #status = 0
  #waiting: { resolve: (body: Buffer) => void; reject: (error: Error) => void } | null = null

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#host = `127.0.0.1:${port}`
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket, port))
      })
    })
  }

  /** Sends one call and waits for its answer's body. @throws Error for a status other than 200 */
  send({ method = 'POST', path, host = this.#host, headers, body }: CallTo): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new Error('the connection is closed'))
      this.#waiting = { resolve, reject }
      this.#socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}${method === 'GET' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`}\r\n${body}`,
      )
    })
  }

  /** Whether the other side still has it; one that is idle for long may be closed. */
  get isOpen(): boolean {
    return this.#socket.readyState === 'open'
  }

  close(): void {
    this.#waiting = null
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk)
    this.#size += chunk.length
    if (this.#end < 0) {
      const all = this.#received.length === 1 ? chunk : Buffer.concat(this.#received)
      this.#received = [all]
      const head = all.indexOf('\r\n\r\n')
      if (head < 0) return
      const text = all.toString('latin1', 0, head)
      this.#status = Number(text.slice(9, 12))
      this.#bodyAt = head + 4
      this.#end = this.#bodyAt + Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
    }
    if (this.#size < this.#end) return
    const whole = this.#received.length === 1 ? (this.#received[0] as Buffer) : Buffer.concat(this.#received)
    const body = whole.subarray(this.#bodyAt, this.#end)
    const status = this.#status
    this.#received = []
    this.#size = 0
    this.#end = -1
    const waiting = this.#waiting
    this.#waiting = null
    if (status === 200) waiting?.resolve(body)
    else waiting?.reject(new Error(`status ${status}: ${body.toString('utf8', 0, 500)}`))
  }

  #fail(error: Error): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.reject(error)
  }
}
