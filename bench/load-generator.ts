/**
 * The load generator: keep-alive connections that each send the next request when an answer is complete. Written on
 * sockets, since Node's own HTTP client would cost more than the servers it drives.
 */
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { answerRequests } from "./processes.ts"

export interface Load {
  target: { port: number; tls?: { servername: string; ca: string } }
  /** Sent in turn. */
  requests: readonly string[]
  connections: number
  seconds: number
}

export interface LoadResult {
  /** How many answers had which status. */
  answers: Record<number, number>
}

answerRequests(drive)

async function drive({ target, requests, connections, seconds }: Load): Promise<LoadResult> {
  const bytes = requests.map((request) => Buffer.from(request))
  const answers: Record<number, number> = {}
  let next = 0
  const endAt = performance.now() + seconds * 1000
  const converse = async () => {
    const socket = await open(target)
    await new Promise<void>((resolve, reject) => {
      const ask = () => {
        if (performance.now() > endAt) socket.end(resolve)
        else socket.write(bytes[next++ % bytes.length] ?? "")
      }
      socket.on("error", reject)
      socket.on("close", () => resolve())
      onAnswer(socket, (status) => {
        answers[status] = (answers[status] ?? 0) + 1
        ask()
      })
      ask()
    })
  }
  await Promise.all(Array.from({ length: connections }, converse))
  return { answers }
}

function open({ port, tls }: Load["target"]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = tls
      ? connectTls({ host: "127.0.0.1", port, ...tls }, () => resolve(socket))
      : connectTcp({ host: "127.0.0.1", port }, () => resolve(socket))
    socket.setNoDelay(true).once("error", reject)
  })
}

const endOfHead = "\r\n\r\n"

/** Calls back with the status of every complete answer. Answers have a Content-Length. */
function onAnswer(socket: Socket, done: (status: number) => void): void {
  let pending = ""
  socket.setEncoding("latin1").on("data", (text: string) => {
    pending = pending === "" ? text : pending + text
    const headEnd = pending.indexOf(endOfHead)
    if (headEnd === -1) return
    const length = /\r\ncontent-length: *(\d+)/i.exec(pending.slice(0, headEnd + 2))
    if (!length) throw new Error(`An answer without Content-Length: ${pending.slice(0, headEnd)}`)
    if (pending.length < headEnd + endOfHead.length + Number(length[1])) return
    const status = Number(pending.slice(9, 12))
    pending = ""
    done(status)
  })
}
