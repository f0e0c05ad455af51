import type { FastifyReply, FastifyRequest } from "fastify"
import type { AppTokenCaller, AppTokenContext } from "../../domain/app-tokens/index.ts"

/** What operations are given besides the caller. */
export interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  /** Whether the request came over TLS: cookies say so. */
  secure: boolean
}

/** One operation for a known caller: parse, call the domain, shape the answer. */
export type CallerOperation = (
  context: AppTokenContext,
  caller: AppTokenCaller,
  exchange: Exchange,
) => Promise<unknown>

/** One operation for anyone. */
export type OpenOperation = (context: AppTokenContext, exchange: Exchange) => Promise<unknown>
