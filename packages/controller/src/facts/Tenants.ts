/** Whose a run is, with the index values that follow from it; the same for all runs of a tenant, of the tenants that were met of late. */
import { taskIdOf } from "@orchestrator/domain/CodeRun"
import { makeRecent } from "@orchestrator/domain/Recent"
import { repositoryIdentity, type Tenant, tenantKey, tenantOf, workspaceNames } from "@orchestrator/domain/Tenant"
import type { Fields } from "./RunStatus.ts"

export interface TenantFacts {
  readonly tenant: Tenant
  /** Index value of the tenant's runs. */
  readonly key: string
  /** Index values of the claims that its runs may work in. */
  readonly workspaces: ReadonlyArray<string>
}

type Values = Pick<TenantFacts, "key" | "workspaces">

/** Of those that were asked for of late: they are ten times as large as the tenant. */
const asked = makeRecent<LazyTenant, Values>(1000)
const known = makeRecent<string, TenantFacts>(1000)

const valuesOf = ({ namespace, tenant }: LazyTenant): Values => ({
  key: keyOf(namespace, tenant),
  workspaces: workspaceNames(tenant).map((name) => `${namespace}/${name}`)
})

const keyOf = (namespace: string, tenant: Tenant): string => `${namespace}/${tenantKey(tenant)}`

class LazyTenant implements TenantFacts {
  readonly namespace: string
  readonly tenant: Tenant

  constructor(namespace: string, tenant: Tenant) {
    this.namespace = namespace
    this.tenant = tenant
  }

  get key(): string {
    return asked(this, valuesOf).key
  }
  get workspaces(): ReadonlyArray<string> {
    return asked(this, valuesOf).workspaces
  }
}

const tenantFacts = (namespace: string, tenant: Tenant): TenantFacts =>
  known(keyOf(namespace, tenant), () => new LazyTenant(namespace, tenant))

/** The tenant that a spec names, valid or not; undefined for kinds that lease no workspace. */
export const tenantIn = (namespace: string, { githubUser, repositoryUrl, service }: Fields): TenantFacts | undefined =>
  typeof service === "string" && typeof repositoryUrl === "string" && typeof githubUser === "string"
    ? tenantFacts(namespace, tenantOf({ service, repositoryUrl, githubUser }))
    : undefined

/** Index value of the task that a run does: the runs of it write to the same repository. */
export const tasksIn = (namespace: string, { issue, prompt, repositoryUrl, taskId }: Fields): ReadonlyArray<string> =>
  typeof repositoryUrl === "string" && typeof taskId === "number" && taskIdOf({ issue, prompt, taskId }) !== undefined
    ? [`${namespace}/${taskId}/${repositoryIdentity(repositoryUrl)}`]
    : []
