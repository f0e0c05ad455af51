import type { DomainContext } from "../context.ts"
import { type Bootstrap, toBootstrap } from "./bootstrap.ts"
import { reserveBootstrapFile } from "./bootstrap-file.ts"
import { confirmHandover, type FirstStartOptions, prepareInstallation } from "./first-start.ts"
import { findInstallation } from "./installation-record.ts"

export interface HandoverOptions extends FirstStartOptions {
  /** Where to write the bootstrap file; shown only when not given. */
  bootstrapFile?: string | undefined
  /** The secret of the App Service form of managed identity. */
  identityHeader: string
}

/** Credentials that nobody has seen yet, waiting for the addresses to go with them. */
export interface Handover {
  /**
   * Writes the bootstrap file, shows the credentials, and remembers that this has happened.
   * @param caCertificate path of the PEM file to trust
   * @throws Error when the file cannot be written; the next start makes new credentials
   */
  complete(caCertificate: string, show?: (bootstrap: Bootstrap) => void): Promise<Bootstrap>
  /** Leaves no file behind. The next start makes new credentials. */
  abandon(): void
}

/**
 * Makes the installation when there is none, and what is still to be handed over. Undefined once that
 * has happened.
 *
 * @throws Error when the bootstrap file cannot be written: then nothing has been made
 * @see docs/decisions/0007-first-start-and-handover.md
 */
export async function prepareHandover(
  context: DomainContext,
  options: HandoverOptions,
): Promise<Handover | undefined> {
  if ((await findInstallation(context.store))?.handedOver) return undefined
  const { bootstrapFile, identityHeader } = options
  const file = bootstrapFile === undefined ? undefined : reserveBootstrapFile(bootstrapFile)
  try {
    const credentials = await prepareInstallation(context, options)
    return {
      complete: async (caCertificate, show) => {
        const bootstrap = toBootstrap(context.endpoints, credentials, { caCertificate, identityHeader })
        file?.write(bootstrap)
        show?.(bootstrap)
        await confirmHandover(context)
        return bootstrap
      },
      abandon: () => file?.discard(),
    }
  } catch (error) {
    file?.discard()
    throw error
  }
}
