/** Whether the server runs, whether the caller may enter, and which API it speaks. */
import { apiVersion } from "../../wire/app-token.ts"
import type { CallerOperation, OpenOperation } from "./operation.ts"

export const alive: OpenOperation = async () => ({ loading: false })

/** 200 without a body: the credential was accepted. */
export const accessible: CallerOperation = async (_context, _caller, { reply }) => reply.code(200).send()

/** A JSON text. */
export const version: CallerOperation = async (_context, _caller, { reply }) => {
  void reply.type("application/json; charset=utf-8")
  return JSON.stringify(apiVersion)
}
