/** The same on a real S3 server, which tools/s3/build makes at the first time (Go is needed, and about a minute). */
import { describe } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bucketSuite } from "./BucketSuite.ts"

const tools = fileURLToPath(new URL("../../../../tools/s3", import.meta.url))
const started = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "s3-"))
    const file = execFileSync(join(tools, "up"), [folder], { encoding: "utf8" }).trim()
    const values = Object.fromEntries(
      [...readFileSync(file, "utf8").matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value])
    )
    return { folder, values }
  }),
  ({ folder }) => Effect.sync(() => execFileSync(join(tools, "down"), [folder, "--delete"]))
).pipe(Effect.map(({ values }) => ({
  place: {
    endpoint: String(values["S3_ENDPOINT"]),
    name: String(values["S3_BUCKET"]),
    region: String(values["S3_REGION"]),
    pathStyle: true
  },
  key: { id: String(values["AWS_ACCESS_KEY_ID"]), secret: String(values["AWS_SECRET_ACCESS_KEY"]) }
})))

describe("a real bucket", () => {
  bucketSuite(started)
})
