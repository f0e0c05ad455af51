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
