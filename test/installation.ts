/** A domain context in which the first start has happened: for tests of rules that need a subscription. */
import { type Caller, systemCaller } from "../src/domain/access/index.ts"
import {
  confirmHandover,
  type FirstCredentials,
  prepareInstallation,
} from "../src/domain/installation/index.ts"
import type { Ids } from "../src/ids.ts"
import { openTestContext, type TestContext } from "./context.ts"

export const testTenantId = "3b0cb9a0-1c3d-4c5a-9d0e-0f1a2b3c4d5e"
export const testTenantDomain = "contoso.example"
export const testSubscriptionId = "aaaaaaaa-0000-4000-8000-000000000001"

export interface TestInstallation {
  context: TestContext
  credentials: FirstCredentials
  /** keybearer itself, who may do everything. */
  system: Caller
  /** The operator: Owner of the subscription. */
  operator: Caller
  /** Somebody of the tenant without any role. */
  stranger: Caller
}

export async function openTestInstallation(parts: { ids?: Ids } = {}): Promise<TestInstallation> {
  const context = await openTestContext(parts)
  const credentials = await prepareInstallation(context, {
    tenantId: testTenantId,
    tenantDomain: testTenantDomain,
    subscriptionId: testSubscriptionId,
    region: "local",
  })
  await confirmHandover(context)
  const [servicePrincipal] = await context.store.servicePrincipals.list({
    where: { appId: credentials.operator.clientId },
  })
  if (servicePrincipal === undefined) throw new Error("There is no operator")
  const somebody = {
    tenantId: testTenantId,
    principalType: "ServicePrincipal",
    correlationId: "test",
  } as const
  return {
    context,
    credentials,
    system: systemCaller(testTenantId),
    operator: {
      ...somebody,
      principalId: servicePrincipal.id,
      appId: servicePrincipal.appId,
      displayName: "keybearer operator",
    },
    stranger: {
      ...somebody,
      principalId: "dddddddd-0000-4000-8000-00000000000d",
      appId: "eeeeeeee-0000-4000-8000-00000000000e",
      displayName: "stranger",
    },
  }
}
