/** What is served, told in the two ways that clients ask: one document per group and version, or all in one (aggregated). */
import { apiVersionOf, type Kind } from "@orchestrator/k8s/Kinds"
import type { ServedKind } from "../kinds/ServedKinds.ts"

type Kinds = ReadonlyArray<ServedKind>

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

/** What may be asked of a kind, or of one of its subresources. */
export const verbsOf = (kind: Kind, subresource = ""): ReadonlyArray<string> => {
  if (subresource !== "") return subresourcesOf(kind).find(({ name }) => name === subresource)?.verbs ?? []
  return kind.createOnly ? ["create"] : verbs
}

interface Subresource {
  readonly name: string
  readonly verbs: ReadonlyArray<string>
}

const subresourcesOf = ({ group, hasStatus, plural }: Kind): ReadonlyArray<Subresource> => [
  ...(hasStatus ? [{ name: "status", verbs: ["get", "patch", "update"] }] : []),
  ...(group === "" && plural === "pods" ? [{ name: "log", verbs: ["get"] }] : [])
]

const groupsOf = (kinds: Kinds): ReadonlyMap<string, ReadonlyArray<string>> => {
  const groups = new Map<string, ReadonlyArray<string>>()
  for (const { kind: { group, version } } of kinds) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) groups.set(group, [...versions, version])
  }
  return groups
}

export const coreVersions = (address: string): object => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }]
})

const apiGroup = (group: string, versions: ReadonlyArray<string>): object => {
  const named = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions: named, preferredVersion: named[0] }
}

export const groupList = (kinds: Kinds): object => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: [...groupsOf(kinds)].flatMap(([group, versions]) => group === "" ? [] : [apiGroup(group, versions)])
})

export const groupOf = (kinds: Kinds, group: string): object | undefined => {
  const versions = groupsOf(kinds).get(group)
  return versions === undefined || group === ""
    ? undefined
    : { kind: "APIGroup", apiVersion: "v1", ...apiGroup(group, versions) }
}

const within = (kinds: Kinds, group: string, version: string): ReadonlyArray<Kind> =>
  kinds.flatMap(({ kind }) => kind.group === group && kind.version === version ? [kind] : [])

const resourceEntries = (kind: Kind): ReadonlyArray<object> => [
  {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: verbsOf(kind),
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? {} : { categories: kind.categories })
  },
  ...subresourcesOf(kind).map(({ name, verbs }) => ({
    name: `${kind.plural}/${name}`,
    singularName: "",
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs
  }))
]

export const resourceList = (kinds: Kinds, group: string, version: string): object | undefined => {
  const found = within(kinds, group, version)
  const [first] = found
  return first === undefined ? undefined : {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf(first),
    resources: found.flatMap(resourceEntries)
  }
}

const responseKind = ({ group, kind, version }: Kind) => ({ group, version, kind })

const aggregatedResource = (kind: Kind): object => ({
  resource: kind.plural,
  responseKind: responseKind(kind),
  scope: kind.namespaced ? "Namespaced" : "Cluster",
  singularResource: kind.singular,
  verbs: verbsOf(kind),
  ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
  ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
  subresources: subresourcesOf(kind).map(({ name, verbs }) => ({
    subresource: name,
    responseKind: responseKind(kind),
    verbs
  }))
})

/** All groups but the core one, or the core one alone; version of the group apidiscovery.k8s.io. */
export const aggregated = (kinds: Kinds, which: "core" | "named", version: string): object => ({
  kind: "APIGroupDiscoveryList",
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: [...groupsOf(kinds)].flatMap(([group, versions]) =>
    (group === "") === (which === "core")
      ? [{
        metadata: group === "" ? {} : { name: group },
        versions: versions.map((version) => ({
          version,
          freshness: "Current",
          resources: within(kinds, group, version).map(aggregatedResource)
        }))
      }]
      : []
  )
})

/** What kubectl and client libraries take the server for. */
export const version = {
  major: "1",
  minor: "37",
  gitVersion: "v1.37.0+embedded",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "none",
  compiler: "none",
  platform: "linux/amd64"
}
