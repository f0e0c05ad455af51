/**
 * What app tokens look like, one file a format with its own claim names. A format turns content into
 * a token and a token with a good signature back into content; it knows neither records nor the time.
 *
 * Governing document: contracts/app-tokens.md 1.1.
 */
import { refusedToken } from "../refused-token.ts"
import type { AppTokenFormat } from "./format.ts"
import { psuJwt } from "./psu-jwt.ts"

export type { AppTokenContent, AppTokenFormat, ReadAppToken } from "./format.ts"

const formats: readonly AppTokenFormat[] = [psuJwt]

/** The format of tokens that are granted without naming one. */
export const defaultFormat: AppTokenFormat = psuJwt

/** Longer texts are no token of any format. */
const tokenCharactersMax = 16 * 1024

/** Whether a text looks like an app token of any format; nothing about it is verified. */
export function looksLikeAppToken(token: string): boolean {
  return token.length <= tokenCharactersMax && formats.some((format) => format.recognizes(token))
}

/** @throws DomainError `unauthenticated` - the text looks like no format */
export function formatOf(token: string): AppTokenFormat {
  const format = token.length <= tokenCharactersMax ? formats.find((one) => one.recognizes(token)) : undefined
  if (format === undefined) throw refusedToken("malformed")
  return format
}
