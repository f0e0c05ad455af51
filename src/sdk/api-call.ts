import { SdkError } from "./errors.ts"
import { expectSuccess, type HttpClient, readJson } from "./http-client.ts"

export interface ApiCall {
  /** Default GET. */
  method?: string
  url: string
  token: string
  /** Sent as JSON. */
  body?: unknown
}

/** Calls an API with a bearer token and reads its JSON. @throws SdkError `refused` for every status of error */
export async function callApi<T>(
  http: HttpClient,
  { method = "GET", url, token, body }: ApiCall,
): Promise<T> {
  const headers = { accept: "application/json", authorization: `Bearer ${token}` }
  const request = { method, url, headers }
  const answer = await http.send(
    body === undefined
      ? request
      : {
          ...request,
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body),
        },
  )
  return readJson(expectSuccess(answer)) as T
}

export interface Page<T> {
  value: T[]
  nextLink?: string | null
}

/**
 * Reads a collection page by page.
 *
 * @throws SdkError `unexpectedAnswer` when a page names a next one elsewhere: the token would go there too
 */
export async function* readPages<T>(
  firstUrl: string,
  readPage: (url: string) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  const { origin } = new URL(firstUrl)
  for (let url: string | undefined = firstUrl; url !== undefined;) {
    const page: Page<T> = await readPage(url)
    yield* page.value
    url = page.nextLink ?? undefined
    if (url !== undefined && new URL(url, firstUrl).origin !== origin) {
      throw new SdkError("unexpectedAnswer", `The next page is on another server than ${origin}`)
    }
  }
}

/** All of a collection, for who needs it whole. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
