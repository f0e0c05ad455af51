/**
 * The words of a command, written as one would type it: words`list --name ${name} ${path}/file`. A value is one word or
 * part of one, whatever blanks it holds; a list of words stands for all of them.
 */
export type Words = (strings: TemplateStringsArray, ...values: WordValue[]) => string[]

export type WordValue = string | readonly string[]

export const words: Words = (strings, ...values) => {
  const line = strings.reduce((text, part, at) => `${text}\0${at - 1}\0${part}`)
  return line
    .split(/\s+/)
    .filter((word) => word !== "")
    .flatMap((word) => {
      const whole = values[Number(/^\0(\d+)\0$/.exec(word)?.[1])]
      return whole ?? word.replaceAll(/\0(\d+)\0/g, (_mark, at) => String(values[Number(at)]))
    })
}
