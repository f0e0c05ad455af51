import type {
  CertificatePolicy as Policy,
  CertificatePolicyInput,
  LifetimeAction,
  SubjectAltNames,
} from "../../domain/certificates/index.ts"
import type { CertificatePolicy, SubjectAlternativeNames } from "../../wire/keyvault.ts"
import {
  type Body,
  optionalBoolean,
  optionalInteger,
  optionalList,
  optionalObject,
  optionalText,
  requiredText,
} from "./body.ts"
import type { VaultCall } from "./call.ts"
import { badParameter } from "./errors.ts"
import { policyId } from "./ids.ts"

/** A policy as clients send it; empty objects say nothing. @throws KeyVaultError `BadParameter` */
export function parsePolicy(policy: Body): CertificatePolicyInput {
  const keyProps = optionalObject(policy, "key_props") ?? {}
  const x509Props = optionalObject(policy, "x509_props") ?? {}
  const sans = optionalObject(x509Props, "sans")
  return {
    keyType: optionalText(keyProps, "kty"),
    keyBits: optionalInteger(keyProps, "key_size"),
    curve: optionalText(keyProps, "crv"),
    exportable: optionalBoolean(keyProps, "exportable"),
    reuseKey: optionalBoolean(keyProps, "reuse_key"),
    secretContentType: optionalText(optionalObject(policy, "secret_props") ?? {}, "contentType"),
    // Some clients send the default policy's empty subject along with an import.
    subject: optionalText(x509Props, "subject") || undefined,
    subjectAltNames: sans && parseSubjectAltNames(sans),
    extendedKeyUsageOids: optionalList(x509Props, "ekus", optionalText),
    keyUsage: optionalList(x509Props, "key_usage", optionalText),
    validityMonths: optionalInteger(x509Props, "validity_months"),
    lifetimeActions: optionalList(policy, "lifetime_actions", parseLifetimeAction),
    issuerName: optionalText(optionalObject(policy, "issuer") ?? {}, "name"),
  }
}

/** @see contracts/keyvault.md 2.5 */
export function toPolicy(call: VaultCall, name: string, policy: Policy): CertificatePolicy {
  const { keyBits, curve, subjectAltNames } = policy
  return {
    id: policyId(call, name),
    key_props: {
      exportable: policy.exportable,
      kty: policy.keyType,
      ...(keyBits === null ? {} : { key_size: keyBits }),
      reuse_key: policy.reuseKey,
      ...(curve === null ? {} : { crv: curve }),
    },
    secret_props: { contentType: policy.secretContentType },
    x509_props: {
      subject: policy.subject,
      ...(subjectAltNames === null ? {} : { sans: toSubjectAlternativeNames(subjectAltNames) }),
      ekus: policy.extendedKeyUsageOids,
      key_usage: policy.keyUsage,
      validity_months: policy.validityMonths,
      basic_constraints: { ca: policy.isCertificateAuthority },
    },
    lifetime_actions: policy.lifetimeActions.map(toLifetimeAction),
    issuer: { name: policy.issuerName },
    attributes: { enabled: true, created: policy.createdAt, updated: policy.updatedAt },
  }
}

function parseSubjectAltNames(sans: Body): Partial<SubjectAltNames> {
  const names = {
    emails: optionalList(sans, "emails", optionalText),
    dnsNames: optionalList(sans, "dns_names", optionalText),
    upns: optionalList(sans, "upns", optionalText),
    uris: optionalList(sans, "uris", optionalText),
    ipAddresses: optionalList(sans, "ipAddresses", optionalText),
  }
  return Object.fromEntries(Object.entries(names).filter(([, list]) => list !== undefined))
}

function toSubjectAlternativeNames(names: Partial<SubjectAltNames>): SubjectAlternativeNames {
  const { emails = [], dnsNames = [], upns = [], uris = [], ipAddresses = [] } = names
  const lists = { emails, dns_names: dnsNames, upns, uris, ipAddresses }
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))
}

function parseLifetimeAction(holder: Body, member: string): LifetimeAction | undefined {
  const lifetimeAction = optionalObject(holder, member)
  if (lifetimeAction === undefined) return undefined
  const trigger = optionalObject(lifetimeAction, "trigger") ?? {}
  const action = requiredText(optionalObject(lifetimeAction, "action") ?? {}, "action_type")
  return {
    action: parseAction(action),
    lifetimePercentage: optionalInteger(trigger, "lifetime_percentage"),
    daysBeforeExpiry: optionalInteger(trigger, "days_before_expiry"),
  }
}

function parseAction(text: string): LifetimeAction["action"] {
  if (text === "AutoRenew" || text === "EmailContacts") return text
  throw badParameter("Property action_type must be AutoRenew or EmailContacts")
}

function toLifetimeAction(lifetimeAction: LifetimeAction): CertificatePolicy["lifetime_actions"][number] {
  const { action, lifetimePercentage, daysBeforeExpiry } = lifetimeAction
  return {
    trigger: {
      ...(lifetimePercentage === undefined ? {} : { lifetime_percentage: lifetimePercentage }),
      ...(daysBeforeExpiry === undefined ? {} : { days_before_expiry: daysBeforeExpiry }),
    },
    action: { action_type: action },
  }
}
