/** The time, in whole seconds since 1970-01-01T00:00:00Z. Tests and servers give their own. */
export interface SdkClock {
  now(): number
}

export const systemClock: SdkClock = {
  // A library's users give no clock, so that this one file of the SDK reads the system's.
  // oxlint-disable-next-line no-restricted-properties
  now: () => Math.floor(Date.now() / 1000),
}
