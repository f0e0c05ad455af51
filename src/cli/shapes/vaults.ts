import type { ArmVault, CertificateItem, SecretItem } from "../../sdk/index.ts"

/** Columns of vaults. */
export function toVaultRows(vaults: ArmVault | readonly ArmVault[]) {
  return [vaults].flat().map(({ id, name, location, properties }) => {
    const [, ResourceGroup = ""] = /\/resourceGroups\/([^/]+)/i.exec(id) ?? []
    return { Location: location, Name: name, ResourceGroup, VaultUri: properties.vaultUri }
  })
}

/** Columns of secrets. */
export function toSecretRows(secrets: readonly SecretItem[]) {
  return secrets.map(({ id, contentType, attributes }) => {
    return {
      Name: nameOf(id),
      ContentType: contentType ?? "",
      Enabled: attributes.enabled,
      Expires: dayOf(attributes.exp),
    }
  })
}

/** Columns of certificates. */
export function toCertificateRows(certificates: readonly CertificateItem[]) {
  return certificates.map(({ id, x5t, attributes }) => {
    return { Name: nameOf(id), Thumbprint: x5t, Enabled: attributes.enabled, Expires: dayOf(attributes.exp) }
  })
}

function dayOf(epochSeconds: number | undefined): string {
  return epochSeconds === undefined ? "" : new Date(epochSeconds * 1000).toISOString().slice(0, 10)
}

/** The last part of an id: `https://demo.vault.azure.net/secrets/name/version` is `name`. */
function nameOf(id: string): string {
  return new URL(id).pathname.split("/")[2] ?? ""
}
