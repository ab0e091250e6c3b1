import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { valueIn } from "../chart/Json.ts"
import { readImages, withImagesAnnotation, withReleasedImages } from "../release/ChartOfRelease.ts"

const chartFile = (name: string) => readFileSync(fileURLToPath(new URL(`../../chart/${name}`, import.meta.url)), "utf8")

const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`
const names = ["orchestrator", "claude-code", "codex", "gemini", "opencode"]
const lines = names.map((name, index) => `registry.example.com/acme/${name}:1.2.3@${digest(index)}`)
const images = Result.getOrThrow(readImages(`${lines.join("\n")}\n`))

describe("the chart of a release", () => {
  it("has every image of the release by its digest, from where the release has put it", () => {
    const values = parse(Result.getOrThrow(withReleasedImages(chartFile("values.yaml"), images)))
    const places = [
      ["image"],
      ["agent", "image"],
      ...["codex", "gemini", "opencode"].map((name) => ["agent", "images", name])
    ]
    for (const [index, place] of places.entries()) {
      assert.strictEqual(valueIn(values, ...place, "repository"), `registry.example.com/acme/${names[index]}`)
      assert.strictEqual(valueIn(values, ...place, "digest"), digest(index))
    }
  })

  it("differs from the chart in nothing else, comments included", () => {
    const before = chartFile("values.yaml").split("\n")
    const after = Result.getOrThrow(withReleasedImages(chartFile("values.yaml"), images)).split("\n")
    assert.lengthOf(after, before.length)
    const changed = after.filter((line, index) => line !== before[index])
    assert.lengthOf(changed, 2 * names.length)
    for (const line of changed) assert.match(line, /^\s+(?:repository|digest): /)
  })

  it("tells Artifact Hub of its images, and keeps what else it tells", () => {
    const { annotations, ...rest } = parse(withImagesAnnotation(chartFile("Chart.yaml"), images))
    const { annotations: before, ...restBefore } = parse(chartFile("Chart.yaml"))
    assert.deepStrictEqual(rest, restBefore)
    assert.deepInclude(annotations, before)
    assert.deepStrictEqual(
      parse(annotations["artifacthub.io/images"]),
      names.map((name, index) => ({ name, image: `registry.example.com/acme/${name}@${digest(index)}` }))
    )
  })

  it("is not made with an image that the chart does not know", () => {
    const unknown = Result.getOrThrow(readImages(`registry.example.com/acme/other:1@${digest(1)}`))
    assert.include(Result.getOrThrow(Result.flip(withReleasedImages(chartFile("values.yaml"), unknown))), "other")
  })

  it.each(["orchestrator:1.2.3", `orchestrator@${digest(1)}`, `orchestrator:1@${digest(1)}0`, "a b"])(
    "%s is no image of a release",
    (line) => assert.include(Result.getOrThrow(Result.flip(readImages(line))), "expected REPOSITORY:TAG@sha256:")
  )
})
