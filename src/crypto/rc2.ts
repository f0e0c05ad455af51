/**
 * RC2 in CBC mode, decryption only: old PFX files hold their certificates under it with a 40-bit key, and OpenSSL 3
 * offers it in its legacy provider alone, which Node does not load. Nothing is ever encrypted with it.
 *
 * @see RFC 2268, https://www.rfc-editor.org/rfc/rfc2268.html
 */

const blockBytes = 8

/** PITABLE of RFC 2268 section 2: a permutation of 0 to 255 made from the digits of pi. */
const piTable = Buffer.from(
  [
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2",
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82",
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626",
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7",
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec",
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731",
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9",
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad",
    "L.putByte(piTable[(L.at(i-1)+L.at(i-T))&ff]);",
  ].join(""),
  "hex",
)

/**
 * Decrypts RC2-CBC with PKCS #7 padding. The effective key length is that of the key, as in PKCS#12.
 *
 * @returns undefined when length or padding are wrong: in practice a wrong password
 */
export function decryptRc2Cbc(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) return undefined
  const words = expandKey(key)
  const plaintext = Buffer.alloc(ciphertext.length)
  let previous = iv
  for (let at = 0; at < ciphertext.length; at += blockBytes) {
    const block = ciphertext.subarray(at, at + blockBytes)
    const decrypted = decryptBlock(words, block)
    for (let index = 0; index < blockBytes; index += 1)
      plaintext[at + index] = decrypted[index]! ^ previous[index]!
    previous = block
  }
  return removePadding(plaintext)
}

/** @see RFC 2268 section 2, https://www.rfc-editor.org/rfc/rfc2268.html#section-2 */
function expandKey(key: Uint8Array): Uint16Array {
  const bytes = new Uint8Array(128)
  bytes.set(key)
  for (let at = key.length; at < 128; at += 1) {
    bytes[at] = piTable[(bytes[at - 1]! + bytes[at - key.length]!) & 0xff]!
  }
  const firstEffective = 128 - key.length
  bytes[firstEffective] = piTable[bytes[firstEffective]!]!
  for (let at = firstEffective - 1; at >= 0; at -= 1)
    bytes[at] = piTable[bytes[at + 1]! ^ bytes[at + key.length]!]!
  return Uint16Array.from({ length: 64 }, (_, index) => bytes[2 * index]! | (bytes[2 * index + 1]! << 8))
}

/** @see RFC 2268 section 4, https://www.rfc-editor.org/rfc/rfc2268.html#section-4 */
function decryptBlock(words: Uint16Array, block: Uint8Array): Uint8Array {
  const state = Uint16Array.from(
    { length: 4 },
    (_, index) => block[2 * index]! | (block[2 * index + 1]! << 8),
  )
  for (let round = 15; round >= 0; round -= 1) {
    reverseMix(state, words, 4 * round)
    if (round === 11 || round === 5) reverseMash(state, words)
  }
  return Uint8Array.from({ length: blockBytes }, (_, index) => state[index >> 1]! >> (8 * (index & 1)))
}

const rotations = [1, 2, 3, 5]

function reverseMix(state: Uint16Array, words: Uint16Array, firstWord: number): void {
  for (let at = 3; at >= 0; at -= 1) {
    const rotation = rotations[at]!
    const value = state[at]!
    const unrotated = ((value >> rotation) | (value << (16 - rotation))) & 0xffff
    const [before, two, three] = [state[(at + 3) & 3]!, state[(at + 2) & 3]!, state[(at + 1) & 3]!]
    state[at] = unrotated - words[firstWord + at]! - (before & two) - (~before & three)
  }
}

function reverseMash(state: Uint16Array, words: Uint16Array): void {
  for (let at = 3; at >= 0; at -= 1) state[at] = state[at]! - words[state[(at + 3) & 3]! & 63]!
}

function removePadding(plaintext: Uint8Array): Uint8Array | undefined {
  const padding = plaintext.at(-1)!
  if (padding === 0 || padding > blockBytes) return undefined
  const end = plaintext.length - padding
  return plaintext.subarray(end).every((byte) => byte === padding) ? plaintext.subarray(0, end) : undefined
}
