/** What others could change under a release after it was reviewed, and an image by default that does not work. */
import { assert, describe, it } from "@effect/vitest"
import { otherAgents } from "@orchestrator/domain/AgentName"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Result } from "effect"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { agentPackages } from "../agent/AgentClis.ts"
import { valueIn } from "../chart/Json.ts"
import { pinProblems } from "../check/Pins.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const text = (path: string) => readFileSync(`${root}/${path}`, "utf8")
const [commit, digest] = ["0123456789".repeat(4), `sha256:${"0".repeat(64)}`]

describe("a workflow that takes what others can change is named", () => {
  it.each([
    { name: "a major tag", line: "- uses: actions/checkout@v4" },
    { name: "a full version, which is a tag as well", line: "- uses: actions/checkout@v4.2.2" },
    { name: "a branch", line: "- uses: actions/checkout@main" },
    { name: "no version", line: "- uses: actions/checkout" },
    { name: "a short commit, of which there can be two", line: "- uses: actions/checkout@0123456 # v4.2.2" },
    { name: "a tag that looks like a commit", line: `- uses: actions/checkout@v${commit} # v4.2.2` },
    { name: "a commit of which nobody knows the version", line: `- uses: actions/checkout@${commit}` },
    { name: "a tag in quotes", line: "- uses: \"actions/checkout@v4\"" },
    { name: "a tag under a quoted key", line: "- \"uses\": actions/checkout@v4" },
    { name: "a tag in one line of braces", line: "- { name: a, uses: actions/checkout@v4 }" },
    { name: "a tag on the next line", line: "- uses: >-\n    actions/checkout@v4" },
    { name: "a tag behind the step's name", line: "  uses: actions/checkout@v4 # pinned" },
    { name: "a workflow of another repository", line: "uses: acme/ci/.github/workflows/build.yml@main" },
    { name: "an action that is an image with a tag", line: "- uses: docker://alpine:3" },
    { name: "a service's image with a tag", line: "image: postgres:16" },
    { name: "a script of the network", line: "- run: curl -fsSL https://get.example.com | bash" },
    { name: "the same as root", line: "- run: wget -qO- https://get.example.com | sudo sh" }
  ])("$name", ({ line }) => assert.lengthOf(pinProblems([{ path: ".github/workflows/a.yml", text: line }]), 1))

  it.each([
    { name: "a commit and its version", line: `- uses: actions/checkout@${commit} # v4.2.2` },
    { name: "an action of a folder", line: `- uses: github/codeql-action/init@${commit} # v3.1.0` },
    { name: "an action of this repository", line: "- uses: ./.github/actions/setup" },
    { name: "an image by digest", line: `image: postgres:16@${digest}` },
    { name: "an image that the workflow makes", line: "image: ${{ steps.a.outputs.image }}" }
  ])(
    "but not $name",
    ({ line }) => assert.deepStrictEqual(pinProblems([{ path: ".github/workflows/a.yml", text: line }]), [])
  )
})

describe("an image that is built on what others can change is named", () => {
  it.each([
    { name: "a base with a tag", line: "FROM node:24-slim" },
    { name: "a base with neither", line: "FROM node" },
    { name: "a stage of a platform", line: "FROM --platform=linux/amd64 node:24-slim AS build" },
    { name: "lower case", line: "from node:24-slim" },
    { name: "an argument that is no digest", line: "ARG BASE=node:24-slim" },
    { name: "an argument without a default", line: "ARG BASE" },
    { name: "another argument", line: "FROM ${IMAGE}" },
    { name: "a digest of another kind", line: "FROM node@sha1:0123" },
    { name: "files of another image", line: "COPY --from=docker.io/library/busybox:1 /bin/sh /bin/sh" },
    { name: "a file of the network", line: "ADD https://get.example.com/tool /usr/bin/tool" },
    { name: "a script of the network", line: "RUN curl https://get.example.com | sh" }
  ])("$name", ({ line }) => assert.lengthOf(pinProblems([{ path: "images/Dockerfile.x", text: line }]), 1))

  it.each([
    { name: "a base by digest", line: `FROM node:24@${digest} AS build` },
    { name: "the argument", line: `ARG BASE=node:24@${digest}\nFROM \${BASE}` },
    { name: "files of a stage before", line: "COPY --from=build /src/dist dist" }
  ])("but not $name", ({ line }) => assert.deepStrictEqual(pinProblems([{ path: "Dockerfile", text: line }]), []))
})

describe("this repository", () => {
  const paths = globSync([".github/**/*.yml", "Dockerfile*"], { cwd: root })

  it("takes nothing that others can change", () => {
    assert.isAbove(paths.length, 2)
    assert.deepStrictEqual(pinProblems(paths.map((path) => ({ path, text: text(path) }))), [])
  })

  it("releases the images that its chart names by default, under the tag that the chart takes by default", () => {
    const workflow = parse(text(".github/workflows/release.yml"))
    const [values, chart] = [parse(text("chart/values.yaml")), parse(text("chart/Chart.yaml"))]
    const repository = String(chart.home).replace("https://github.com/", "")
    const built: ReadonlyArray<{ name: string }> = workflow.jobs.image.strategy.matrix.include
    assert.sameMembers(
      [values.image, values.agent.image, ...Object.values<{ repository: string }>(values.agent.images)].map((image) =>
        image.repository
      ),
      built.map(({ name }) => `${workflow.env.REGISTRY}/${repository}/${name}`)
    )
    assert.deepStrictEqual([values.image.tag, values.agent.image.tag], ["", ""])
    assert.match(
      String(valueIn(workflow.jobs.image.steps.find(({ id }: { id?: string }) => id === "build"), "with", "tags")),
      /:\$\{\{ steps\.version\.outputs\.version \}\}$/
    )
  })

  it("has one version: of the program, of the chart's images, and of the agents' image without a chart", () => {
    const { version } = JSON.parse(text("packages/cli/package.json"))
    assert.strictEqual(parse(text("chart/Chart.yaml")).appVersion, version)
    assert.strictEqual(Result.getOrThrow(decodeConfig({})).agent.image.tag, version)
  })

  it("has an image, a value and a package for every agent, and builds each with the version that its tests use", () => {
    const values = parse(text("chart/values.yaml"))
    assert.sameMembers(Object.keys(values.agent.images), [...otherAgents])
    assert.sameMembers(agentPackages.map(({ name }) => name), [...otherAgents])
    for (const { name, pinned } of agentPackages) {
      assert.include(text("Dockerfile.agent"), `ARG ${name.toUpperCase()}_VERSION=${pinned}\n`)
    }
  })

  it("builds the agents' image with the Claude Code that its tests use", () => {
    const version = /pinnedClaudeCode = "([\d.]+)"/.exec(text("tools/agent/ClaudeCode.ts"))?.[1]
    assert.isString(version)
    assert.include(text("Dockerfile.agent"), `ARG CLAUDE_CODE_VERSION=${version}\n`)
  })
})

describe("the agents' image by digest", () => {
  it.each([
    { name: "a tag", digest: "latest" },
    { name: "a short digest", digest: "sha256:abc" },
    { name: "another hash", digest: `sha1:${"0".repeat(40)}` },
    { name: "a digest and more", digest: `sha256:${"0".repeat(64)}\nimage: evil` },
    { name: "upper case, which registries refuse", digest: `sha256:${"A".repeat(64)}` }
  ])(
    "is refused when it is $name",
    ({ digest }) => assert.isTrue(Result.isFailure(decodeConfig({ agent: { image: { digest } } })))
  )
})
