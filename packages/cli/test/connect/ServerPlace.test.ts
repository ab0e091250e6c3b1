import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { type Asked, type Found, proxiedService, serverPlace, withRunsIn } from "../../src/connect/ServerPlace.ts"

const local = { url: "http://127.0.0.1:8080", token: Redacted.make("local-token"), state: ".orchestrator" }
const cases: ReadonlyArray<{
  readonly name: string
  readonly asked: Partial<Asked>
  readonly found: Partial<Found>
  readonly want: object
}> = [
  {
    name: "what is named comes before everything",
    asked: { server: "https://agents.example/", context: "kind", state: "." },
    found: { local, inPod: true },
    want: { _tag: "Named", url: "https://agents.example" }
  },
  {
    name: "host and port are an address",
    asked: { server: "localhost:9000" },
    found: {},
    want: { _tag: "Named", url: "http://localhost:9000" }
  },
  {
    name: "a context means a cluster, whatever runs here",
    asked: { context: "kind" },
    found: { local },
    want: { _tag: "ThroughCluster", context: "kind", namespace: "orchestrator" }
  },
  {
    name: "what runs here comes before the cluster that kubectl would use",
    asked: {},
    found: { local, inPod: true },
    want: { _tag: "Local", url: "http://127.0.0.1:8080", token: local.token }
  },
  {
    name: "a namespace means a cluster: there is none here",
    asked: { namespace: "agents" },
    found: { local },
    want: { _tag: "ThroughCluster", namespace: "agents" }
  },
  {
    name: "a state folder means what runs here, whatever namespace the environment names",
    asked: { namespace: "agents", state: "state" },
    found: { local },
    want: { _tag: "Local" }
  },
  {
    name: "in a pod the Service of its cluster",
    asked: { namespace: "agents" },
    found: { inPod: true },
    want: { _tag: "InPod", url: "http://orchestrator.agents.svc" }
  },
  { name: "otherwise the kubeconfig's cluster", asked: {}, found: {}, want: { _tag: "ThroughCluster" } }
]

const nothing: Asked = {
  server: undefined,
  kubeconfig: undefined,
  context: undefined,
  namespace: undefined,
  state: undefined,
  token: undefined
}

describe("where the server is", () => {
  it.each(cases)(
    "$name",
    ({ asked, found, want }) =>
      assert.containsSubset(serverPlace({ ...nothing, ...asked }, { local: undefined, inPod: false, ...found }), want)
  )
})

it("a token that is named is used wherever the server is", () => {
  const token = Redacted.make("named")
  for (
    const found of [{ local, inPod: false }, { local: undefined, inPod: true }, { local: undefined, inPod: false }]
  ) {
    assert.strictEqual(serverPlace({ ...nothing, token }, found).token, token)
  }
})

it.each([
  ["orchestrator", "orchestrator:http"],
  ["mine:8443", "mine:8443"],
  ["https:mine", "https:mine:http"],
  ["https:mine:api", "https:mine:api"]
])("the Service %s is asked for as %s", (named, want) => assert.strictEqual(proxiedService(named), want))

it.each(
  [
    {
      place: { _tag: "Named", url: "https://o.example/base", token: undefined },
      want: { url: "https://o.example/base/namespaces/team-b" }
    },
    {
      place: { _tag: "InPod", url: "http://orchestrator.o.svc", token: undefined },
      want: { url: "http://orchestrator.o.svc/namespaces/team-b" }
    },
    {
      place: { _tag: "ThroughCluster", kubeconfig: undefined, context: undefined, namespace: "o", token: undefined },
      want: { namespace: "o", path: "/namespaces/team-b" }
    }
  ] as const
)("runs of another namespace are below its path: $place._tag", ({ place, want }) => {
  assert.deepInclude(withRunsIn(place, "team-b"), want)
})
