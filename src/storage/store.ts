/**
 * The storage interface. It owns what a backend must promise: collections of plain records,
 * transactions that are all or nothing, and changes that are on disk before they are answered. It
 * knows no rule of the product. A backend proves itself by `conformance.ts`.
 *
 * Promises of every backend
 * - A transaction sees its own writes, nobody else sees them before it has ended, and transactions
 *   behave as if they ran one after another.
 * - `transaction` resolves only after its changes would survive the loss of power.
 * - The work of a transaction may run more than once; it awaits nothing but its own collections.
 *   Using the store itself, or another transaction, inside it is a `TypeError`; so is using `tx` after.
 * - Text compares by code point; look-ups that ignore case use a folded `…Key` field.
 */
import type * as records from "./records.ts"

/** Every collection: its record, and the fields that together are its key. */
export interface CollectionTypes {
  settings: [records.SettingRecord, "name"]
  dataKeys: [records.DataKeyRecord, "id"]
  signingKeys: [records.SigningKeyRecord, "id"]
  tenants: [records.TenantRecord, "id"]
  users: [records.UserRecord, "id"]
  applications: [records.ApplicationRecord, "id"]
  servicePrincipals: [records.ServicePrincipalRecord, "id"]
  clientSecrets: [records.ClientSecretRecord, "id"]
  clientCertificates: [records.ClientCertificateRecord, "id"]
  clientAssertions: [records.ClientAssertionRecord, "tenantId" | "appId" | "assertionId"]
  managedIdentities: [records.ManagedIdentityRecord, "id"]
  subscriptions: [records.SubscriptionRecord, "id"]
  resourceGroups: [records.ResourceGroupRecord, "subscriptionId" | "nameKey"]
  roleAssignments: [records.RoleAssignmentRecord, "id"]
  vaults: [records.VaultRecord, "id"]
  vaultObjects: [records.VaultObjectRecord, "vaultId" | "kind" | "nameKey"]
  vaultObjectVersions: [records.VaultObjectVersionRecord, "vaultId" | "kind" | "nameKey" | "version"]
  appTokenIdentities: [records.AppTokenIdentityRecord, "id"]
  appTokens: [records.AppTokenRecord, "id"]
  appTokenSessions: [records.AppTokenSessionRecord, "sessionDigest"]
  auditEvents: [records.AuditEventRecord, "sequence"]
}

export type CollectionName = keyof CollectionTypes
export type RecordOf<N extends CollectionName> = CollectionTypes[N][0]
export type KeyOf<N extends CollectionName> = Pick<RecordOf<N>, CollectionTypes[N][1] & keyof RecordOf<N>>

type Comparable<R> = { [F in keyof R]: R[F] extends string | number | boolean | null ? F : never }[keyof R]

export interface ListQuery<R> {
  /** Fields that must equal; `null` finds absent values. */
  where?: Partial<Pick<R, Comparable<R>>>
  /** The field that orders the answer. Give one that is unique within `where` when paging. */
  orderBy?: Comparable<R>
  descending?: boolean
  /** Only records beyond this value of `orderBy`: the cursor of a page. */
  after?: string | number
  /** Only records whose `field` is less than `value`: for expiry sweeps. */
  below?: { field: Comparable<R>; value: number }
  limit?: number
}

export interface ReadCollection<N extends CollectionName> {
  find(key: KeyOf<N>): Promise<RecordOf<N> | undefined>
  list(query: ListQuery<RecordOf<N>>): Promise<RecordOf<N>[]>
}

export interface WriteCollection<N extends CollectionName> extends ReadCollection<N> {
  /** @throws AlreadyExistsError when the key, or another unique field, is taken */
  insert(record: RecordOf<N>): Promise<void>
  /** Replaces the record of the same key. @throws NotFoundError when there is none */
  update(record: RecordOf<N>): Promise<void>
  /** Answers whether there was one. */
  delete(key: KeyOf<N>): Promise<boolean>
}

export type ReadCollections = { readonly [N in CollectionName]: ReadCollection<N> }
export type Transaction = { readonly [N in CollectionName]: WriteCollection<N> }

export interface Store extends ReadCollections {
  /**
   * Runs `work`; its changes happen together or, when it throws, not at all.
   * @throws whatever `work` throws
   * @throws StoreClosedError after `close`
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>

  /**
   * A number that grows with every committed change of the collection, by this process or another.
   * Memory caches keep it beside what they hold and start afresh when it moved.
   */
  revision(collection: CollectionName): number

  /** Ends the transactions that wait, then closes. What is asked for afterwards is refused. */
  close(): Promise<void>
}

/** The record to change is not there. */
export class NotFoundError extends Error {
  readonly collection: CollectionName

  constructor(collection: CollectionName) {
    super(`No such record in ${collection}`)
    this.name = "NotFoundError"
    this.collection = collection
  }
}

/** The key, or another unique field, is taken. */
export class AlreadyExistsError extends Error {
  readonly collection: CollectionName

  constructor(collection: CollectionName, options?: ErrorOptions) {
    super(`Such a record exists in ${collection} already`, options)
    this.name = "AlreadyExistsError"
    this.collection = collection
  }
}

/** The store was asked for something after `close`. */
export class StoreClosedError extends Error {
  constructor() {
    super("The store is closed")
    this.name = "StoreClosedError"
  }
}

/** Another server holds the store, and the backend allows one. */
export class StoreInUseError extends Error {
  constructor(place: string, options?: ErrorOptions) {
    super(
      `The database "${place}" is in use by another keybearer. Stop that server, or give this one its own --data directory`,
      options,
    )
    this.name = "StoreInUseError"
  }
}

/** The store was written by a newer keybearer, whose schema this one does not know. */
export class NewerSchemaError extends Error {
  constructor(found: number, known: number) {
    super(
      `The database has schema ${found}, this keybearer knows schema ${known}. Start the newer version that wrote it`,
    )
    this.name = "NewerSchemaError"
  }
}
