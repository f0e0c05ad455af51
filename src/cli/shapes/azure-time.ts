/** `2026-01-02 03:04:05.000000`: local time without a zone, as the Azure CLI prints it. */
export type AzureTime = `${string}.000000`

/** @param epochSeconds whole seconds */
export function toAzureTime(epochSeconds: number): AzureTime {
  const time = new Date(epochSeconds * 1000)
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-")
  const hour = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")
  return `${day} ${hour}.000000`
}

function two(value: number): string {
  return String(value).padStart(2, "0")
}
