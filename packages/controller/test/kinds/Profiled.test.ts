/** A profile fills in what a run leaves open, in the pod that is made of it. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { refusedToolchain } from "../../src/attempt/Toolchain.ts"
import { liveRun } from "../../src/facts/LiveRun.ts"
import { profiled } from "../../src/kinds/Profiled.ts"
import { given, makeConfig } from "../fixtures/Given.ts"
import { containerOf, podOf, valueOf } from "../fixtures/Pods.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"

const config = makeConfig({
  agent: { allowedImages: ["ghcr.io/acme/*"], setupTimeoutSeconds: 900 },
  profiles: {
    java: {
      templates: "quiet",
      image: "eclipse-temurin:21",
      resources: { requests: { cpu: "1" }, limits: { memory: "6Gi", cpu: "4" } },
      setup: "ci/setup.sh",
      localTools: "maven",
      maxTurns: 50,
      maxCostUsd: 7,
      timeoutSeconds: 1200
    },
    bare: {}
  }
})

const givenWith = (spec: object) => given({ config, run: makeCodeRun({ spec: { ...spec } }) })
const agentWith = (spec: object) => containerOf(podOf(givenWith(spec)), "claude")
const variable = (spec: object, name: string) => valueOf(givenWith(spec), "claude", name)
const specOf = (spec: object) => Result.getOrThrow(liveRun("CodeRun", makeCodeRun({ spec: { ...spec } })).spec)
const refused = (spec: object) => refusedToolchain(profiled(specOf(spec), config), config)

describe("a profile", () => {
  it("gives what the run leaves open", () => {
    const agent = agentWith({ profile: "java" })
    assert.strictEqual(agent.image, "eclipse-temurin:21")
    assert.deepStrictEqual(agent.resources, {
      requests: { cpu: "1", memory: "512Mi", "ephemeral-storage": "1Gi" },
      limits: { cpu: "4", memory: "6Gi", "ephemeral-storage": "20Gi" }
    })
    const want = {
      ORCHESTRATOR_SETUP_SCRIPT: "ci/setup.sh",
      ORCHESTRATOR_SETUP_SECONDS: "900",
      LOCAL_TOOLS: "maven",
      MAX_TURNS: "50",
      MAX_COST_USD: "7"
    }
    for (const [name, text] of Object.entries(want)) assert.strictEqual(variable({ profile: "java" }, name), text, name)
    const { templates, timeoutSeconds } = profiled(specOf({ profile: "java" }), config)
    assert.deepStrictEqual({ templates, timeoutSeconds }, { templates: "quiet", timeoutSeconds: 1200 })
  })

  it("takes nothing from what the run names itself", () => {
    const own = {
      profile: "java",
      image: "ghcr.io/acme/node:22",
      resources: { limits: { memory: "2Gi" } },
      setup: "own.sh",
      localTools: "npm",
      maxTurns: 5
    }
    const agent = agentWith(own)
    assert.strictEqual(agent.image, own.image)
    assert.deepStrictEqual(agent.resources?.limits, { cpu: "4", memory: "2Gi", "ephemeral-storage": "20Gi" })
    const want = { ORCHESTRATOR_SETUP_SCRIPT: "own.sh", LOCAL_TOOLS: "npm", MAX_TURNS: "5", MAX_COST_USD: "7" }
    for (const [name, text] of Object.entries(want)) assert.strictEqual(variable(own, name), text, name)
  })

  it("that has nothing changes nothing", () => {
    assert.deepStrictEqual(podOf(givenWith({ profile: "bare" })), podOf(givenWith({})))
    assert.isUndefined(variable({}, "ORCHESTRATOR_SETUP_SCRIPT"))
  })
})

describe("an image", () => {
  const { repository, tag } = config.agent.image
  it.each<{ name: string; spec: object; want: ReadonlyArray<string> }>([
    { name: "of the profile needs no entry", spec: { profile: "java" }, want: [] },
    { name: "of the profile may be named", spec: { profile: "java", image: "eclipse-temurin:21" }, want: [] },
    { name: "of a profile may not be named without it", spec: { image: "eclipse-temurin:21" }, want: ["spec.image"] },
    { name: "of an allowed repository may be named", spec: { image: "ghcr.io/acme/go" }, want: [] },
    { name: "of the configuration may be named", spec: { image: `${repository}:${tag}` }, want: [] },
    { name: "of nobody may not", spec: { image: "ghcr.io/evil/go", profile: "java" }, want: ["spec.image"] }
  ])("$name", ({ spec, want }) => assert.deepStrictEqual(refused(spec).map(({ path }) => path), want))
})

describe("a provider of the model", () => {
  const served = makeConfig({
    model: { providers: { gateway: { baseUrl: "https://gateway.example.com", apis: ["messages"], secretName: "g" } } },
    profiles: { cheap: { provider: "gateway" } }
  })
  const told = (spec: object) =>
    valueOf(given({ config: served, run: makeCodeRun({ spec: { ...spec } }) }), "broker", "MODEL_PROVIDERS")
  const namesOf = (text: string | undefined) => JSON.parse(text ?? "[]").map(({ name }: { name: string }) => name)

  it.each<readonly [object, ReadonlyArray<string>]>([
    [{}, []],
    [{ provider: "gateway" }, ["gateway"]],
    [{ profile: "cheap" }, ["gateway"]],
    [{ profile: "cheap", provider: "openai" }, ["openai"]]
  ])("of %j is %j", (spec, want) => assert.deepStrictEqual(namesOf(told(spec)), want))

  it.each(["nobody", "constructor"])(
    "that is not there is answered with those that are: %s",
    (provider) =>
      assert.deepStrictEqual(refused({ provider }), [{
        path: "spec.provider",
        expected: "one of anthropic, google, openai: model.providers of the configuration adds others",
        found: JSON.stringify(provider)
      }])
  )

  it("is nothing that an agent with its own key has", () => {
    const alone = makeConfig({ agent: { credentials: "env" } })
    const found = refusedToolchain(specOf({ provider: "anthropic" }), alone)
    assert.deepStrictEqual(found.map(({ path }) => path), ["spec.provider"])
  })
})

it.each(["nothing", "constructor"])(
  "an unknown profile is answered with those that there are: %s",
  (profile) =>
    assert.deepStrictEqual(refused({ profile }), [
      { path: "spec.profile", expected: "one of bare, java", found: JSON.stringify(profile) }
    ])
)
