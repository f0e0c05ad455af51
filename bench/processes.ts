/** Processes under measurement: the measured one alone on the last core, those that drive it on the first. */
import { type ChildProcess, fork, spawnSync } from "node:child_process"
import { availableParallelism } from "node:os"
import { join } from "node:path"

const canPin = availableParallelism() > 1 && spawnSync("taskset", ["-c", "0", "true"]).status === 0

/** The words before a command that put it on the core of what is measured. */
export const onMeasuredCore: readonly string[] = canPin
  ? ["taskset", "-c", String(availableParallelism() - 1)]
  : []

const onDrivingCore: readonly string[] = canPin ? ["taskset", "-c", "0"] : []

/** A script of bench/ in its own process, which answers one message for each it is sent. */
export class Worker<Request extends object, Answer> {
  readonly #child: ChildProcess

  constructor(script: string, side: "measured" | "driving") {
    const [launcher, ...words] = side === "measured" ? onMeasuredCore : onDrivingCore
    const path = join(import.meta.dirname, script)
    this.#child = launcher
      ? fork(path, { execPath: launcher, execArgv: [...words, process.execPath] })
      : fork(path)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`A process of the bench ended with ${code}`))
      this.#child.once("exit", ended)
      this.#child.once("message", (answer) => {
        this.#child.off("exit", ended)
        resolve(answer as Answer)
      })
      this.#child.send(request)
    })
  }

  stop(): void {
    this.#child.kill()
  }
}

/** The other side of `Worker`. */
export function answerRequests(answer: (request: never) => object | Promise<object>): void {
  process.on("message", (request) => {
    void Promise.resolve(answer(request as never)).then((result) => process.send?.(result))
  })
}
