/** What a broker does with the evidence of its attempt at the end, and what it says when that is not possible. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { key, placeOf, type S3, startS3 } from "../../../../tools/agent/S3.ts"
import { branch, gitToken, place, type Running, startBroker } from "../fixtures/Broker.ts"
import { commitTo } from "../fixtures/Remotes.ts"

const folderKey = "ns/3f9c2a1b-1111-4222-8333-444455556666/1"

const tell = ({ token, url }: Running, path: string, body: unknown) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/run/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", connection: "close" },
      body: JSON.stringify(body)
    })
    return response.status
  })

const at = "2026-01-01T00:00:00.000Z"

/** A run from its beginning to SIGTERM, with evidence kept in the places that the changes say. */
const ended = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>>) {
  const around = yield* place
  const environment = {
    ...around.environment,
    EVIDENCE_KEY: folderKey,
    // A host without an API for pull requests.
    REPOSITORY_URL: "https://git.example.test/acme/target.git",
    GIT_ALLOWED_HOSTS: "*",
    KNOWN_BRANCH: branch,
    KNOWN_HEAD: "0".repeat(40),
    ...changes
  }
  mkdirSync(join(around.folder, "evidence"))
  if ("EVIDENCE_BUCKET" in changes) {
    writeFileSync(join(around.folder, "credentials", "evidence-access-key-id"), `${key.id}\n`)
    if (changes["SECRET"] !== "") {
      writeFileSync(join(around.folder, "credentials", "evidence-secret-access-key"), changes["SECRET"] ?? key.secret)
    }
  }
  const given = "EVIDENCE_FOLDER" in changes
    ? { ...environment, EVIDENCE_FOLDER: join(around.folder, changes["EVIDENCE_FOLDER"] ?? "") }
    : environment
  const broker = yield* startBroker(given)
  commitTo(around.remotes.target, branch, { "work.txt": `the token is ${gitToken}\n` })
  assert.strictEqual(
    yield* tell(broker, "evidence", {
      log: `${at} 00:00:00 a line with ${key.secret}\n`,
      leftOut: 0,
      events: [{ type: "message", at, role: "user", text: `work, ${gitToken}` }],
      result: "{\"outcome\":\"Completed\",\"message\":\"Done.\"}"
    }),
    204
  )
  yield* tell(broker, "deliver", { summary: "Done." })
  yield* broker.stop
  return { around, broker, brokerReport: broker.brokerReport() }
})

const files = ["diff.patch", "log.txt", "result.json", "transcript.jsonl"]

const isWhole = (read: (file: string) => string, secrets = [gitToken]) => {
  assert.strictEqual(JSON.parse(read("transcript.jsonl")).text, "work, ***")
  assert.match(read("log.txt"), /^2026-01-01T00:00:00.000Z 00:00:00 a line with /)
  const { agent, broker } = JSON.parse(read("result.json"))
  assert.strictEqual(agent.message, "Done.")
  assert.strictEqual(broker.delivery.branch, branch)
  assert.match(
    read("diff.patch"),
    /^diff --git a\/work\.txt b\/work\.txt\nnew file mode 100644\n[^]*\n\+the token is \*\*\*\n$/
  )
  for (const file of files) for (const secret of secrets) assert.notInclude(read(file), secret)
}

const inBucket = (s3: S3) => ({ EVIDENCE_BUCKET: JSON.stringify(placeOf(s3)) })

describe("the evidence of an attempt", () => {
  it.live("is put into its folder", () =>
    Effect.gen(function*() {
      const { around, brokerReport } = yield* ended({ EVIDENCE_FOLDER: "evidence" })
      assert.deepStrictEqual(readdirSync(join(around.folder, "evidence")).sort(), files)
      isWhole((file) => readFileSync(join(around.folder, "evidence", file), "utf8"))
      assert.isUndefined(brokerReport.evidenceProblem)
    }).pipe(Effect.scoped))

  it.live("is put into the bucket, signed, under the key of the attempt", () =>
    Effect.gen(function*() {
      const s3 = yield* startS3
      s3.failures.push(503, 500)
      const { brokerReport } = yield* ended(inBucket(s3))
      assert.deepStrictEqual([...s3.objects.keys()].sort(), files.map((file) => `${folderKey}/${file}`))
      isWhole((file) => String(s3.objects.get(`${folderKey}/${file}`)?.bytes), [gitToken, key.secret])
      assert.isUndefined(brokerReport.evidenceProblem)
    }).pipe(Effect.scoped))

  it.live("is nowhere by default", () =>
    Effect.gen(function*() {
      const { around, broker, brokerReport } = yield* ended({})
      assert.deepStrictEqual(readdirSync(join(around.folder, "evidence")), [])
      assert.isUndefined(brokerReport.evidenceProblem)
      assert.isFalse(broker.log.some((line) => line.includes("evidence")))
    }).pipe(Effect.scoped))
})

describe("evidence that cannot be kept is reported, and nothing else changes:", () => {
  const isReported = (result: Effect.Success<ReturnType<typeof ended>>, words: RegExp) => {
    const { around, broker, brokerReport } = result
    assert.match(brokerReport.evidenceProblem ?? "", words)
    assert.isTrue(brokerReport.delivery?.changed)
    assert.isUndefined(brokerReport.problem)
    assert.isTrue(broker.log.some((line) => line.includes("is not kept")))
    for (const secret of [gitToken, key.secret, "wrong-fake-secret"]) {
      assert.notInclude([...broker.log, JSON.stringify(brokerReport)].join("\n"), secret)
    }
    assert.isTrue(existsSync(join(around.folder, "state", "evidence", "log.txt")))
  }

  it.live("the key is wrong", () =>
    Effect.gen(function*() {
      const s3 = yield* startS3
      isReported(yield* ended({ ...inBucket(s3), SECRET: "wrong-fake-secret" }), /403 \(SignatureDoesNotMatch/)
      assert.lengthOf(s3.asked, 1)
    }).pipe(Effect.scoped))

  it.live("there is no key", () =>
    Effect.gen(function*() {
      const s3 = yield* startS3
      isReported(yield* ended({ ...inBucket(s3), SECRET: "" }), /AWS_SECRET_ACCESS_KEY/)
      assert.lengthOf(s3.asked, 0)
    }).pipe(Effect.scoped))

  it.live("the bucket is away for longer than the grace", () =>
    Effect.gen(function*() {
      isReported(yield* ended(inBucket({ url: "http://127.0.0.1:9" } as S3)), /not done within 5 s/)
    }).pipe(Effect.scoped))

  it.live("the folder is not there", () =>
    Effect.gen(function*() {
      isReported(yield* ended({ EVIDENCE_FOLDER: "nowhere" }), /nowhere/)
    }).pipe(Effect.scoped))
})
