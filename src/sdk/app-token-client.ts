import { type AppTokenBody, basePath } from "../wire/app-token.ts"
import { SdkError } from "./errors.ts"
import { expectSuccess, type HttpClient, readJson } from "./http-client.ts"

export interface AppTokenClientOptions {
  http: HttpClient
  /** `http://localhost:5000`. */
  baseUrl: string
  /** An app token to call with; without one, `signIn` comes first. */
  appToken?: string
}

/** The management API of an automation server: signs a person in, grants, lists and revokes app tokens. */
export interface AppTokenClient {
  /** Keeps the session's cookie for the calls that follow. @throws SdkError `refused` for a wrong password */
  signIn(username: string, password: string): Promise<void>
  /** For oneself, or, as an administrator, for another identity. The value is shown this once. */
  grant(identityId?: number): Promise<AppTokenBody>
  list(): Promise<AppTokenBody[]>
  revoke(id: number): Promise<void>
}

/** @see contracts/app-tokens.md 1.2 and 1.3 */
export function createAppTokenClient({ http, baseUrl, appToken }: AppTokenClientOptions): AppTokenClient {
  const base = `${baseUrl.replace(/\/+$/, "")}${basePath}`
  let session: string | undefined

  const send = async (method: string, path: string, body?: unknown) => {
    const authenticated: Record<string, string> = {}
    if (session !== undefined) authenticated.cookie = session
    else if (appToken !== undefined) authenticated.authorization = `Bearer ${appToken}`
    // A page of another site cannot send this header, which is what the server looks for with a cookie.
    const headers = { accept: "application/json", "x-requested-with": "keybearer", ...authenticated }
    const request = { method, url: `${base}${path}`, headers }
    if (body === undefined) return expectSuccess(await http.send(request))
    const json = { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) }
    return expectSuccess(await http.send({ ...request, ...json }))
  }

  return {
    signIn: async (username, password) => {
      const answer = await send("POST", "/signin", { username, password })
      // Bad credentials may be answered with 200 and a reason.
      const { errorMessage } = (readJson(answer) ?? {}) as { errorMessage?: string }
      if (errorMessage) throw new SdkError("refused", errorMessage, { status: answer.status })
      session = answer.headers["set-cookie"]?.split(";", 1)[0]
      if (session === undefined)
        throw new SdkError("unexpectedAnswer", "The sign-in answered without a cookie")
    },
    grant: async (identityId) => {
      const answer =
        identityId === undefined
          ? await send("GET", "/apptoken/grant")
          : await send("POST", `/apptoken/grant/${identityId}`, {})
      return readJson(answer) as AppTokenBody
    },
    list: async () => readJson(await send("GET", "/apptoken")) as AppTokenBody[],
    revoke: async (id) => {
      await send("DELETE", `/apptoken/${id}`)
    },
  }
}
