import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { ImagePattern, imageRepository, isAllowedImage } from "../src/ImageName.ts"

const digest = `sha256:${"a".repeat(64)}`

describe("the name of an image", () => {
  it.each([
    ["node", "docker.io/library/node"],
    ["node:22-slim", "docker.io/library/node"],
    ["acme/node", "docker.io/acme/node"],
    [`ghcr.io/acme/node:1@${digest}`, "ghcr.io/acme/node"],
    [`node@${digest}`, "docker.io/library/node"],
    ["localhost/x", "localhost/x"],
    ["registry:5000/a/b_c/d-e.f:v1", "registry:5000/a/b_c/d-e.f"],
    ["GHCR.io/acme/node", "ghcr.io/acme/node"]
  ])("%s is of %s", (image, want) => assert.strictEqual(imageRepository(image), want))

  it.each([
    "",
    " node",
    "node ",
    "Node",
    "acme//node",
    "/node",
    "node/",
    "acme/../node",
    "node:",
    "node:a b",
    "node@sha256:abc",
    "https://ghcr.io/acme/node",
    "ghcr.io/acme/node:1:2",
    "$(id)",
    "node\n",
    "-node",
    `${"a/".repeat(300)}b:/`
  ])("%j is none", (image) => assert.isUndefined(imageRepository(image)))
})

describe("an image is allowed", () => {
  it.each<{ image: string; patterns: ReadonlyArray<string>; want: boolean }>([
    { image: "node:22", patterns: [], want: false },
    { image: "node:22", patterns: ["*"], want: true },
    { image: "node:22", patterns: ["node"], want: true },
    { image: "docker.io/library/node", patterns: ["node"], want: true },
    { image: "node:22", patterns: ["docker.io/library/*"], want: true },
    { image: "evil/node", patterns: ["node", "docker.io/library/*"], want: false },
    { image: `ghcr.io/acme/node@${digest}`, patterns: ["ghcr.io/acme/node"], want: true },
    { image: "ghcr.io/acme/node-evil", patterns: ["ghcr.io/acme/node"], want: false },
    { image: "ghcr.io/acme/a/b:1", patterns: ["ghcr.io/acme/*"], want: true },
    { image: "ghcr.io/acme-evil/a", patterns: ["ghcr.io/acme/*"], want: false },
    { image: "ghcr.io.evil.example/acme/a", patterns: ["ghcr.io/acme/*"], want: false },
    { image: "ghcr.io/acme/../evil/a", patterns: ["ghcr.io/acme/*"], want: false },
    { image: "$(id)", patterns: ["*"], want: false }
  ])(
    "$image by $patterns: $want",
    ({ image, patterns, want }) => assert.strictEqual(isAllowedImage(image, patterns), want)
  )

  it.each([
    ["*", true],
    ["ghcr.io/acme/*", true],
    ["registry:5000/acme", true],
    ["node", true],
    ["node:22", false],
    ["ghcr.io/acme*", false],
    ["*/node", false],
    ["", false]
  ])(
    "%s is an entry: %s",
    (pattern, want) => assert.strictEqual(Result.isSuccess(Schema.decodeUnknownResult(ImagePattern)(pattern)), want)
  )
})
