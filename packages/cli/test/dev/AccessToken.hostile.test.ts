/** Somebody else of this machine was there before us, in a folder that was open to them. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Redacted } from "effect"
import { execFileSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { accessToken } from "../../src/dev/AccessToken.ts"
import { openStateFolder, otherStateFolders } from "../../src/dev/StateFolder.ts"
import { writePrivate } from "../../src/settings/PrivateFile.ts"

const known = "A".repeat(43)
const precious = "somebody's own file\n"

const run = <A, E>(effect: Effect.Effect<A, E, NodeServices.NodeServices>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, NodeServices.layer))

const open = (state: string) =>
  Effect.flatMap(
    openStateFolder(state, { reset: false }),
    (folder) => Effect.map(accessToken(folder), (token) => ({ folder, token: Redacted.value(token) }))
  )

const withFolder = async (test: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-token-"))
  try {
    await test(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)

describe("what was planted where the token lies is not believed", () => {
  const attacks: ReadonlyArray<{ name: string; plant: (token: string, elsewhere: string) => void }> = [
    { name: "a link to a token that the attacker knows", plant: (token, elsewhere) => symlinkSync(elsewhere, token) },
    { name: "a link to where no file is yet", plant: (token, elsewhere) => symlinkSync(`${elsewhere}-new`, token) },
    { name: "a token that a group may read", plant: (token) => writeFileSync(token, known, { mode: 0o640 }) },
    { name: "a token that everybody may read", plant: (token) => writeFileSync(token, known, { mode: 0o644 }) },
    {
      name: "a token that everybody may write",
      plant: (token) => {
        writeFileSync(token, known)
        chmodSync(token, 0o602)
      }
    },
    { name: "an empty token", plant: (token) => writeFileSync(token, "", { mode: 0o600 }) },
    { name: "a token that can be guessed", plant: (token) => writeFileSync(token, "secret", { mode: 0o600 }) },
    {
      name: "a token with a second header behind it",
      plant: (token) => writeFileSync(token, `${known}\nX-Evil: 1`, { mode: 0o600 })
    },
    { name: "a folder", plant: (token) => mkdirSync(token) },
    {
      name: "a pipe that nobody writes to",
      plant: (token) => void execFileSync("bash", ["-c", "mkfifo -m 600 \"$0\"", token])
    }
  ]
  it.each(attacks)("$name", ({ plant }) =>
    withFolder(async (folder) => {
      const [state, elsewhere] = [join(folder, "state"), join(folder, "elsewhere")]
      writeFileSync(elsewhere, known, { mode: 0o600 })
      await run(openStateFolder(state, { reset: false }))
      plant(join(state, "token"), elsewhere)
      const { token } = await run(open(state))
      assert.notStrictEqual(token, known)
      assert.match(token, /^[\w-]{43}$/)
      assert.strictEqual(readFileSync(join(state, "token"), "utf8"), `${token}\n`)
      assert.isTrue(lstatSync(join(state, "token")).isFile())
      assert.strictEqual(modeOf(join(state, "token")), "600")
      assert.strictEqual(readFileSync(elsewhere, "utf8"), known)
      assert.isFalse(existsSync(`${elsewhere}-new`))
    }))

  it.each(["token", "authorization", "kubeconfig"])(
    "a link at %s is replaced, and what it points at is left alone",
    (name) =>
      withFolder(async (folder) => {
        const [state, target] = [join(folder, "state"), join(folder, "target")]
        writeFileSync(target, precious, { mode: 0o644 })
        await run(openStateFolder(state, { reset: false }))
        symlinkSync(target, join(state, name))
        const { folder: opened } = await run(open(state))
        await run(writePrivate(opened.kubeconfig, "token: obviously-fake"))
        assert.strictEqual(readFileSync(target, "utf8"), precious)
        assert.isFalse(lstatSync(join(state, name)).isSymbolicLink())
        assert.strictEqual(modeOf(join(state, name)), "600")
      })
  )

  it("a kubeconfig that everybody could read is one that nobody else can read afterwards", () =>
    withFolder(async (folder) => {
      const file = join(folder, "kubeconfig")
      writeFileSync(file, "old", { mode: 0o666 })
      await run(writePrivate(file, "new"))
      assert.deepStrictEqual([modeOf(file), readFileSync(file, "utf8")], ["600", "new"])
      assert.deepStrictEqual(readdirSync(folder), ["kubeconfig"])
    }))
})

describe("the token", () => {
  it("stays over restarts, so that what a person has set up goes on working", () =>
    withFolder(async (folder) => {
      const state = join(folder, "state")
      assert.strictEqual((await run(open(state))).token, (await run(open(state))).token)
    }))

  it("is one where two start at once", () =>
    withFolder(async (folder) => {
      const state = join(folder, "state")
      await run(openStateFolder(state, { reset: false }))
      const all = await run(Effect.all(Array.from({ length: 8 }, () => open(state)), { concurrency: "unbounded" }))
      assert.lengthOf(new Set(all.map(({ token }) => token)), 1)
    }))

  it("is another in another folder, and after a reset", () =>
    withFolder(async (folder) => {
      const [one, other] = [join(folder, "one"), join(folder, "other")]
      const first = (await run(open(one))).token
      const second = (await run(open(other))).token
      await run(openStateFolder(one, { reset: true }))
      assert.lengthOf(new Set([first, second, (await run(open(one))).token]), 3)
    }))

  it("is nobody else's whatever the umask", () =>
    withFolder(async (folder) => {
      const before = process.umask(0)
      try {
        const state = join(folder, "state")
        await run(open(state))
        assert.deepStrictEqual(["", "token", "authorization"].map((name) => modeOf(join(state, name))), [
          "700",
          "600",
          "600"
        ])
      } finally {
        process.umask(before)
      }
    }))
})

describe("the state folder", () => {
  it("that everybody could enter is closed before anything is put into it", () =>
    withFolder(async (folder) => {
      const state = join(folder, "state")
      await run(openStateFolder(state, { reset: false }))
      chmodSync(state, 0o777)
      await run(open(state))
      assert.strictEqual(modeOf(state), "700")
    }))

  it.runIf(process.getuid?.() === 0)(
    "of another user is refused, with a word of whose it is",
    () =>
      withFolder(async (folder) => {
        const state = join(folder, "state")
        await run(openStateFolder(state, { reset: false }))
        chownSync(state, 4242, 4242)
        const error = await run(Effect.flip(openStateFolder(state, { reset: false })))
        assert.include(error.message, "4242")
        assert.include(error.message, "--state")
      })
  )

  it("behind a link is known by its true place, which is what agents must not see", () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, "true"))
      symlinkSync(join(folder, "true"), join(folder, "link"))
      const { folder: opened } = await run(open(join(folder, "link")))
      const truth = await run(Effect.flatMap(FileSystem.FileSystem, (files) => files.realPath(join(folder, "true"))))
      assert.strictEqual(opened.path, truth)
    }))

  it("knows the state folders beside it, and takes no other folder for one", () =>
    withFolder(async (folder) => {
      const { folder: ours } = await run(open(join(folder, "ours")))
      const { folder: other } = await run(open(join(folder, "other")))
      mkdirSync(join(folder, "work"))
      writeFileSync(join(folder, "work/README"), "A project")
      writeFileSync(join(folder, "a file"), "")
      assert.deepStrictEqual(await run(otherStateFolders(ours)), [other.path])
    }))
})
