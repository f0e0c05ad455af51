/** Anything shaped like a JWT, whole or without its signature. */
const jwt = /\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g

/** What is never printed on standard error, however it came into a text. */
export interface Redactor {
  /** Remembers a secret of this run. */
  add(secret: string): void
  redact(text: string): string
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>()
  return {
    add: (secret) => {
      // Shorter ones would blot out innocent words and hide nothing that could not be guessed.
      if (secret.length >= 6) secrets.add(secret)
    },
    redact: (text) => {
      let clean = text.replaceAll(jwt, "***")
      for (const secret of secrets) clean = clean.replaceAll(secret, "***")
      return clean
    },
  }
}
