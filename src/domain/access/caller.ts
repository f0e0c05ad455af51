/** The authenticated requester of a resource surface, in our words. */
export interface Caller {
  tenantId: string
  /** Object id of the service principal or user: what role assignments name. */
  principalId: string
  principalType: "ServicePrincipal" | "User"
  /** Client id of the application that asked, when an application did. */
  appId: string | null
  /** For people who read the audit log. */
  displayName: string
  correlationId: string
}

const systemCallers = new WeakSet<Caller>()

/**
 * keybearer itself, at first start and when it applies a seed file. Allowed everything in its tenant;
 * only code can make one, no request ever becomes one.
 */
export function systemCaller(tenantId: string): Caller {
  const caller: Caller = {
    tenantId,
    principalId: "system",
    principalType: "ServicePrincipal",
    appId: null,
    displayName: "keybearer",
    correlationId: "system",
  }
  systemCallers.add(caller)
  return caller
}

export function isSystemCaller(caller: Caller): boolean {
  return systemCallers.has(caller)
}
