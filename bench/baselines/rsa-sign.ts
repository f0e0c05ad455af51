/** The floor of a token: raw RSA-2048 signatures over the bytes of a token's header and claims. */
import { generateKeyPairSync, sign } from "node:crypto"
import { answerRequests } from "../processes.ts"

export interface SignRequest {
  /** Length of what is signed. */
  bytes: number
  seconds: number
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

answerRequests(({ bytes, seconds }: SignRequest) => {
  const content = Buffer.alloc(bytes, "x")
  const before = process.cpuUsage()
  let signatures = 0
  let cpuSeconds = 0
  while (cpuSeconds < seconds) {
    for (let at = 0; at < 100; at += 1) sign("sha256", content, privateKey)
    signatures += 100
    const { user, system } = process.cpuUsage(before)
    cpuSeconds = (user + system) / 1e6
  }
  return { signaturesPerCpuSecond: signatures / cpuSeconds }
})
