import { assert, it } from "@effect/vitest"
import { tenantAnnotation } from "@orchestrator/domain/Labels"
import { tenantKey } from "@orchestrator/domain/Tenant"
import fc from "fast-check"
import { claimFacts } from "../../src/facts/Claim.ts"

const claimOf = (text: string | undefined) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: {
    namespace: "agents",
    name: "workspace-shop",
    uid: "u",
    resourceVersion: "7",
    ...(text === undefined ? {} : { annotations: { [tenantAnnotation]: text } })
  }
})

const word = fc.oneof(fc.string(), fc.constantFrom("shop", "alice", "github.com/acme/shop", "\"", "\u2028"))
const tenant = fc.record({ service: word, repository: word, githubUser: word })
const text = fc.oneof(
  fc.constant(undefined),
  fc.string(),
  tenant.map(tenantKey),
  tenant.map((it) => JSON.stringify({ ...it, more: 1 })),
  tenant.map(({ githubUser, repository, service }) => JSON.stringify({ githubUser, service, repository }))
)

it("a claim's tenant is who it says it is now, whatever it said before", () => {
  fc.assert(
    fc.property(text, text, fc.boolean(), (before, now, isSame) => {
      const known = claimFacts(claimOf(before))
      const claim = claimOf(isSame ? before : now)
      assert.deepStrictEqual(claimFacts(claim, known), claimFacts(claim))
    }),
    { numRuns: 500, seed: 20261130 }
  )
})
