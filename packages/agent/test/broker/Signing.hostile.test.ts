/** Whoever runs in the agent's container asks the broker to sign something else than a commit of this run. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { largestCommit, signRefusal } from "../../src/broker/git/SignRules.ts"
import { fileToSign } from "../../src/runner/sign/SignProgram.ts"
import { brokerReportAt, brokerThatGivesUp, place, startBroker, visible } from "../fixtures/Broker.ts"
import { noSshKeygen, signingKey } from "../fixtures/SigningKey.ts"

const user = { name: "robo-dev", email: "robo-dev@users.noreply.github.com" }
const id = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
const when = "1700000000 +0000"
const me = `${user.name} <${user.email}> ${when}`
const headers = `tree ${id}\nauthor ${me}\ncommitter ${me}\n`
const commit = `${headers}\nWork\n`

const refusal = (text: string | Uint8Array) => signRefusal(Buffer.from(text), user)

describe("a commit of the run is signed", () => {
  it.each([
    { name: "the first of a branch", text: commit },
    { name: "a merge", text: commit.replace("author", `parent ${id}\nparent ${id}\nauthor`) },
    { name: "with ids of 64 digits", text: commit.replace(id, `${id}${"0".repeat(24)}`) },
    { name: "that somebody else wrote", text: commit.replace(`author ${me}`, `author Ann <ann@example.test> ${when}`) },
    { name: "without a message", text: `${headers}\n` },
    { name: "in another encoding", text: `${headers}encoding ISO-8859-1\n\nCaf\xe9\n` },
    {
      name: "that merges a tag",
      text:
        `${headers}mergetag object ${id}\n type commit\n tag v1\n tagger Ann <ann@example.test> ${when}\n \n v1\n\nMerge\n`
    },
    {
      name: "that came from Mercurial",
      text: `${headers}HG:rename-source hg\nHG:extra rebase_source:${id}\nencoding ISO-8859-1\n\nWork\n`
    },
    { name: "that Jujutsu made", text: `${headers}change-id ${"kxrm".repeat(8)}\njj:trees ${id}\n ${id}\n\nWork\n` },
    { name: "whose author has no name", text: commit.replace(`author ${me}`, `author  <ann@example.test> ${when}`) },
    { name: "with as many headers as it may have", text: `${headers}${"x y\n".repeat(261_000)}\nWork\n` }
  ])("$name", ({ text }) => assert.isUndefined(refusal(text)))
})

const attacks: ReadonlyArray<{ readonly attack: string; readonly text: string | Uint8Array }> = [
  { attack: "nothing", text: "" },
  { attack: "a file", text: "#!/bin/sh\necho released\n" },
  { attack: "a challenge of an ssh login", text: Buffer.concat([Buffer.from([0, 0, 0, 32]), Buffer.alloc(32, 7)]) },
  { attack: "a ready-made ssh signature blob", text: "SSHSIG\0\0\0\x04file\0\0\0\0" },
  { attack: "a tag", text: `object ${id}\ntype commit\ntag v1.0\ntagger ${me}\n\nRelease\n` },
  {
    attack: "a push certificate",
    text: `certificate version 0.1\npusher ${me}\npushee https://github.com/acme/target\n\n`
  },
  { attack: "a tree", text: `100644 file\0${"x".repeat(20)}` },
  {
    attack: "a commit of somebody else",
    text: commit.replace(`committer ${me}`, `committer Ann <ann@example.test> ${when}`)
  },
  {
    attack: "a commit of the user's name and another address",
    text: commit.replace(`committer ${me}`, `committer robo-dev <ann@example.test> ${when}`)
  },
  {
    attack: "a commit of another name and the user's address",
    text: commit.replace(`committer ${me}`, `committer Ann <${user.email}> ${when}`)
  },
  {
    attack: "a commit with two committers",
    text: commit.replace("\n\nWork", `\ncommitter Ann <ann@example.test> ${when}\n\nWork`)
  },
  { attack: "a commit whose committer is in its message", text: `tree ${id}\nauthor ${me}\n\ncommitter ${me}\n` },
  {
    attack: "a commit with two addresses",
    text: commit.replace(`committer ${me}`, `committer Ann <ann@example.test> ${me}`)
  },
  {
    attack: "a commit with a signature in it",
    text: commit.replace("\n\nWork", "\ngpgsig -----BEGIN SSH SIGNATURE-----\n\nWork")
  },
  {
    attack: "a commit with a signature of the other format in it",
    text: commit.replace("\n\nWork", "\ngpgsig-sha256 -----BEGIN PGP SIGNATURE-----\n x\n\nWork")
  },
  {
    attack: "a commit with a signature behind another tool's header",
    text: commit.replace("\n\nWork", "\nHG:extra x\ngpgsig -----BEGIN SSH SIGNATURE-----\n x\n\nWork")
  },
  {
    attack: "a commit with a parent behind its committer",
    text: commit.replace("\n\nWork", `\nchange-id x\nparent ${id}\n\nWork`)
  },
  { attack: "a commit with a second tree", text: commit.replace("\n\nWork", `\ntree ${id}\n\nWork`) },
  { attack: "a commit that is a tag as well", text: commit.replace("\n\nWork", `\ntagger ${me}\n\nWork`) },
  { attack: "a commit with a line of no header", text: commit.replace("\n\nWork", "\nno-header\n\nWork") },
  { attack: "a commit with a header without a name", text: commit.replace("\n\nWork", "\n: x\n\nWork") },
  { attack: "a commit that has another one behind a zero", text: `${commit}\0${commit}` },
  { attack: "a commit with the object's own header", text: `commit ${commit.length}\0${commit}` },
  { attack: "a commit with a line before it", text: `\n${commit}` },
  { attack: "a commit with a space before it", text: ` ${commit}` },
  { attack: "a commit without an end of its headers", text: headers.trimEnd() },
  { attack: "a commit without a tree", text: commit.replace(`tree ${id}\n`, "") },
  { attack: "a commit with a tree that is no id", text: commit.replace(id, "HEAD") },
  { attack: "a commit with two authors", text: commit.replace("committer", `author ${me}\ncommitter`) },
  { attack: "a commit with carriage returns", text: commit.replaceAll("\n", "\r\n") },
  { attack: "a commit without a time", text: commit.replaceAll(` ${when}`, "") },
  { attack: "a large commit", text: commit + "x".repeat(largestCommit) }
]

describe("is not signed:", () => {
  it.each(attacks)("$attack", ({ text }) => assert.isString(refusal(text)))
})

describe("the agent's side asks for nothing but git's commits:", () => {
  it.each([
    { words: "-Y sign -n file -f key data", want: undefined },
    { words: "-Y sign -n git -f key one two", want: undefined },
    { words: "-Y sign -f key data", want: undefined },
    { words: "-Y sign -n git -f key", want: undefined },
    { words: "-Y find-principals -f key -s data", want: undefined },
    { words: "-Y sign -n git -f key data", want: "data" },
    { words: "-Y sign -n git -f key -U data", want: "data" }
  ])("$words", ({ want, words }) => assert.strictEqual(fileToSign(words.split(" ")), want))
})

const prepare = Effect.fnUntraced(function*(make: (folder: string) => string) {
  const around = yield* place
  const privateKey = make(join(around.folder, "keys"))
  writeFileSync(join(around.folder, "credentials", "signing-key"), privateKey)
  return { ...around, environment: { ...around.environment, SIGN_COMMITS_OF: "robo-dev" }, privateKey }
})

describe.skipIf(noSshKeygen !== undefined)("a broker that signs", () => {
  it.live("answers nobody without the token, nothing that is no commit, and no other question", () =>
    Effect.gen(function*() {
      const around = yield* prepare((folder) => signingKey(folder).privateKey)
      const broker = yield* startBroker(around.environment)
      const ask = (path: string, body: RequestInit["body"], token = broker.token, more: RequestInit = {}) =>
        Effect.promise(async () => {
          const answer = await fetch(`${broker.url}${path}`, {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
            ...(body === undefined ? {} : { body }),
            ...more
          })
          return { status: answer.status, text: await answer.text() }
        })
      const streamed = new ReadableStream({
        start: (out) => {
          out.enqueue(new TextEncoder().encode(commit))
          out.close()
        }
      })
      const cases = [
        { attack: "no token", asked: ask("/run/sign", commit, ""), want: 401 },
        { attack: "another token", asked: ask("/run/sign", commit, "0".repeat(64)), want: 401 },
        { attack: "a file", asked: ask("/run/sign", "a release"), want: 422 },
        {
          attack: "a text",
          asked: ask("/run/sign", commit, broker.token, {
            headers: { authorization: `Bearer ${broker.token}`, "content-type": "text/plain" }
          }),
          want: 415
        },
        { attack: "an empty body", asked: ask("/run/sign", ""), want: 422 },
        { attack: "a big body", asked: ask("/run/sign", "x".repeat(largestCommit + 1)), want: 413 },
        {
          attack: "a body of unknown length",
          asked: ask("/run/sign", streamed, broker.token, { duplex: "half" }),
          want: 413
        },
        { attack: "another namespace", asked: ask("/run/sign?namespace=file", commit), want: 404 },
        { attack: "another key", asked: ask("/run/sign/../../ssh", commit), want: 404 },
        { attack: "the key itself", asked: ask("/run/sign", undefined, broker.token, { method: "GET" }), want: 404 }
      ]
      for (const { asked, attack, want } of cases) {
        const { status, text } = yield* asked
        assert.strictEqual(status, want, attack)
        assert.notInclude(text, "SIGNATURE", attack)
      }
      const { status, text } = yield* ask("/run/sign", commit)
      assert.strictEqual(status, 200)
      assert.match(text, /^-----BEGIN SSH SIGNATURE-----\n/)
      // The blob names what it is for.
      const blob = Buffer.from(text.replace(/-----.*-----/g, ""), "base64").toString("latin1")
      assert.include(blob, "\0\0\0\x03git\0")
      assert.notInclude(visible(around, broker), around.privateKey.split("\n")[1] ?? "")
    }))

  it.live("that has no key to sign with signs nothing, and publishes none", () =>
    Effect.gen(function*() {
      const { environment } = yield* place
      const broker = yield* startBroker(environment)
      const answer = yield* Effect.promise(() =>
        fetch(`${broker.url}/run/sign`, {
          method: "POST",
          headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/octet-stream" },
          body: commit
        })
      )
      assert.strictEqual(answer.status, 404)
      assert.notProperty(broker, "signingKey")
    }))

  it.live.each([
    {
      name: "has a passphrase",
      make: (folder: string) => signingKey(folder, ["-t", "ed25519", "-N", "a-fake-phrase"]).privateKey
    },
    { name: "is a public key", make: (folder: string) => signingKey(folder).publicKey },
    { name: "is empty", make: () => "\n" },
    { name: "is no key", make: () => "not-a-real-key-of-a-test" }
  ])("does not start with a key that $name, says so, and shows nothing of it", ({ make }) =>
    Effect.gen(function*() {
      const { environment, privateKey } = yield* prepare(make)
      assert.strictEqual(yield* brokerThatGivesUp(environment), 1)
      const { problem = "" } = brokerReportAt(environment)
      assert.match(problem, /key in the Secret of git\.signing/)
      for (const line of privateKey.split("\n").filter((each) => each.length > 12)) assert.notInclude(problem, line)
    }))
})
