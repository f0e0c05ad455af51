/**
 * A program such as anyone writes: it reads one secret and lists the certificates of the vault `VAULT_URL`, by the
 * credential that its argument names and what the environment holds. Prints JSON.
 */
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from "@azure/identity"
import { CertificateClient } from "@azure/keyvault-certificates"
import { SecretClient } from "@azure/keyvault-secrets"

const { env } = process
const tenantId = env["AZURE_TENANT_ID"] ?? ""
const clientId = env["AZURE_CLIENT_ID"] ?? ""
const options = { disableInstanceDiscovery: true }

const credentials: Record<string, () => TokenCredential> = {
  ClientSecretCredential: () =>
    new ClientSecretCredential(tenantId, clientId, env["AZURE_CLIENT_SECRET"] ?? "", options),
  ClientCertificateCredential: () =>
    new ClientCertificateCredential(
      tenantId,
      clientId,
      { certificatePath: env["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "" },
      { ...options, sendCertificateChain: env["AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"] === "true" },
    ),
  ManagedIdentityCredential: () => new ManagedIdentityCredential({ clientId }),
  DefaultAzureCredential: () => new DefaultAzureCredential(options),
}

const [, , name = "", secretName = ""] = process.argv
const credential = credentials[name]?.()
if (!credential) throw new TypeError(`No credential is called ${name}`)

const url = env["VAULT_URL"] ?? ""
const { value } = await new SecretClient(url, credential).getSecret(secretName)
const certificates: string[] = []
for await (const certificate of new CertificateClient(url, credential).listPropertiesOfCertificates()) {
  certificates.push(certificate.name ?? "")
}
process.stdout.write(JSON.stringify({ value, certificates }))
