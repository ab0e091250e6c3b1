/** Attempts to be taken for another tenant, and spellings that must not part one tenant from itself. */
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { labelValue, tenantAnnotation } from "../src/Labels.ts"
import {
  isTenant,
  repositoryIdentity,
  tenantKey,
  tenantMarks,
  tenantOf,
  tenantOn,
  workspaceNames
} from "../src/Tenant.ts"

const api = "https://github.com/acme/api"
const spec = { service: "payments", repositoryUrl: api, githubUser: "ada" }

describe("one repository, spelled otherwise, is the same tenant", () => {
  it.each([
    "https://github.com/acme/api.git",
    "https://github.com/acme/api/",
    "https://ada@github.com/acme/api.git",
    "https://github.com/acme/api.git/",
    "https://github.com//acme//api",
    "https://GitHub.com/acme/api",
    "HTTPS://GITHUB.COM/acme/api.git",
    "https://github.com:443/acme/api",
    "https://github.com./acme/api",
    "git@github.com:acme/api.git",
    "git@GITHUB.com:acme/api",
    "git@github.com:/acme/api.git",
    "ssh://git@github.com/acme/api.git",
    "ssh://git@github.com:22/acme/api",
    "ssh://github.com/acme/api"
  ])("%s", (url) => assert.strictEqual(repositoryIdentity(url), "github.com/acme/api"))
})

describe("another repository is another tenant, however alike it looks", () => {
  it.each([
    { attack: "another owner", url: "https://github.com/acme-evil/api" },
    { attack: "a host that begins like it", url: "https://github.com.evil.example/acme/api" },
    { attack: "a login that looks like its host", url: "ssh://github.com@evil.example/acme/api" },
    { attack: "another port", url: "https://github.com:8443/acme/api" },
    { attack: "plain http, which anybody on the way can answer", url: "http://github.com/acme/api" },
    { attack: "a folder of this machine", url: "file:///github.com/acme/api" },
    { attack: "a folder of this machine with its host", url: "file://github.com/acme/api" },
    { attack: "the path of another login", url: "mallory@github.com:acme/api" },
    { attack: "the path of another login by ssh", url: "ssh://mallory@github.com/acme/api" },
    { attack: "a longer path", url: "https://github.com/acme/api/x" },
    { attack: "two paths run into one", url: "https://github.com/ac/meapi" },
    { attack: "the same letters in another case of the path", url: "https://github.com/acme/API" },
    { attack: "a suffix that is not .git", url: "https://github.com/acme/api.gitx" }
  ])("$attack", ({ url }) => {
    assert.notStrictEqual(repositoryIdentity(url), "github.com/acme/api")
    assert.isFalse(isTenant(tenantOf({ ...spec, repositoryUrl: url }), tenantOf(spec)))
  })
})

describe("parts cannot run into one another", () => {
  it.each([
    { attack: "a service that ends in the repository", other: { ...spec, service: "payments\",\"repository\":\"x" } },
    { attack: "a user with the separator in it", other: { ...spec, githubUser: "ada\"}" } },
    { attack: "a service with a line break", other: { ...spec, service: "payments\n" } },
    { attack: "another service of the repository", other: { ...spec, service: "payment" } },
    { attack: "another user of the repository", other: { ...spec, githubUser: "adam" } },
    { attack: "a user whose name becomes the same Secret", other: { ...spec, githubUser: "a_da" } }
  ])("$attack", ({ other }) => assert.notStrictEqual(tenantKey(tenantOf(other)), tenantKey(tenantOf(spec))))

  it("whatever the texts are", () => {
    const text = fc.string({ maxLength: 12 })
    fc.assert(fc.property(text, text, text, text, (service, repository, githubUser, other) => {
      const one = { service, repository, githubUser }
      for (const field of ["service", "repository", "githubUser"] as const) {
        assert.strictEqual(isTenant(one, { ...one, [field]: other }), one[field] === other)
      }
    }))
  })

  it("GitHub's logins know no case", () =>
    assert.isTrue(isTenant(tenantOf({ ...spec, githubUser: "Ada" }), tenantOf(spec))))
})

describe("a claim's word on whose it is", () => {
  it("is read back from the marks that are made", () => {
    const tenant = tenantOf(spec)
    assert.deepStrictEqual(tenantOn(tenantMarks(tenant).annotations), tenant)
  })

  it.each([
    { attack: "empty", text: "" },
    { attack: "no JSON", text: "payments" },
    { attack: "a part is missing", text: "{\"service\":\"payments\",\"repository\":\"github.com/acme/api\"}" },
    { attack: "a part is a list", text: "{\"service\":[\"payments\"],\"repository\":\"x\",\"githubUser\":\"ada\"}" },
    { attack: "null", text: "null" },
    { attack: "very long", text: "[".repeat(200_000) }
  ])(
    "that cannot be read is nobody's we know: $attack",
    ({ text }) => assert.strictEqual(tenantOn({ [tenantAnnotation]: text }), "unknown")
  )

  it("without it, says nothing", () => assert.isUndefined(tenantOn({})))
})

describe("names of claims", () => {
  it("begin with the plain one and are all different", () => {
    const names = workspaceNames(tenantOf(spec))
    assert.strictEqual(names[0], "workspace-payments")
    assert.lengthOf(new Set(names), names.length)
    for (const name of names.slice(1)) assert.match(name, /^workspace-payments-[0-9a-f]{8}$/)
  })

  it("and labels fit Kubernetes, whatever the parts are", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 300 })
    fc.assert(fc.property(text, text, text, (service, repositoryUrl, githubUser) => {
      const tenant = tenantOf({ service, repositoryUrl, githubUser })
      for (const name of workspaceNames(tenant)) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$/)
      for (const value of Object.values(tenantMarks(tenant).labels)) assert.strictEqual(labelValue(value), value)
    }))
  })
})
