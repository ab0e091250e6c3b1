/** Remotes as they are outside: OpenSSH's server, and https with a certificate of a company's own authority. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { agentGit } from "../fixtures/AgentGit.ts"
import { branch, gitToken, place, startBroker, visible } from "../fixtures/Broker.ts"
import { makeCertificates, noCertificates } from "../fixtures/Certificates.ts"
import { gitHttp, type GitHttpOptions } from "../fixtures/GitHttp.ts"
import { commitTo, headOf } from "../fixtures/Remotes.ts"
import { noSshd, sshd } from "../fixtures/Sshd.ts"

const reading = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>>, folder: string) {
  const broker = yield* startBroker(environment)
  const clone = join(folder, "clone")
  mkdirSync(clone)
  const say = agentGit(broker, clone)
  const look = say("ls-remote", `${broker.url}/git/target.git`)
  return { broker, clone, look, say }
})

describe.skipIf(noSshd !== undefined)(`a remote over ssh${noSshd === undefined ? "" : ` (${noSshd})`}`, () => {
  const start = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>> = {}) {
    const around = yield* place
    const remote = yield* sshd(around.folder)
    const ssh = join(around.folder, "ssh")
    mkdirSync(ssh)
    writeFileSync(join(ssh, "ssh-privatekey"), remote.privateKey)
    const environment = {
      ...around.environment,
      GIT_ALLOW_PROTOCOL: "ssh",
      GIT_INSTEAD_OF: "{}",
      GIT_KNOWN_HOSTS: remote.knownHost,
      GIT_ALLOWED_HOSTS: "*",
      REPOSITORY_URL: `${remote.url}${around.remotes.target}`,
      DOCS_REPOSITORY_URL: `${remote.url}${around.remotes.docs}`,
      ...changes
    }
    return { ...around, environment, remote, ssh }
  })

  it.live("is read and written with the user's key", () =>
    Effect.gen(function*() {
      const { environment, folder, remote, remotes, ...around } = yield* start()
      const { broker, clone, say } = yield* reading(environment, folder)
      const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
      assert.isTrue(cloned.ok, cloned.words + remote.log())
      writeFileSync(join(clone, "work.txt"), "x")
      yield* say("add", "--all")
      yield* say("commit", "--quiet", "-m", "Work")
      const pushed = yield* say("push", "origin", `HEAD:refs/heads/${branch}`)
      assert.isTrue(pushed.ok, pushed.words)
      assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
      assert.isTrue((yield* say("ls-remote", `${broker.url}/git/docs.git`)).ok)
      const secret = remote.privateKey.split("\n")[1] ?? ""
      assert.notInclude(visible({ ...around, environment, folder, remotes }, broker) + pushed.words, secret)
    }))

  it.live("takes host keys from the user's Secret too, and a key that others may read and that ends without a newline", () =>
    Effect.gen(function*() {
      const { environment, folder, remote, ssh } = yield* start({ GIT_KNOWN_HOSTS: "" })
      writeFileSync(join(ssh, "known_hosts"), `${remote.knownHost}\n`)
      writeFileSync(join(ssh, "ssh-privatekey"), remote.privateKey.trimEnd())
      chmodSync(join(ssh, "ssh-privatekey"), 0o440)
      const { look } = yield* reading(environment, folder)
      const { ok, words } = yield* look
      assert.isTrue(ok, words)
      assert.strictEqual(statSync(join(folder, "state", "access", "key")).mode & 0o777, 0o600)
    }))

  it.live.each<
    { name: string; break: (around: Effect.Success<ReturnType<typeof start>>) => Record<string, string>; want: string }
  >([
    {
      name: "whose host key is not known",
      break: () => ({ GIT_KNOWN_HOSTS: "" }),
      want: "git.knownHosts"
    },
    {
      name: "whose host key is another",
      break: ({ remote, folder }) => ({
        GIT_KNOWN_HOSTS: remote.knownHost.replace(
          /ssh-ed25519 .*/,
          readFileSync(join(folder, "sshd", "client.pub"), "utf8")
        )
      }),
      want: "git.knownHosts"
    },
    {
      name: "that does not know the key",
      break: ({ folder }) => {
        writeFileSync(join(folder, "sshd", "authorized"), "")
        return {}
      },
      want: "does not accept the ssh key"
    },
    {
      name: "for which the Secret holds no key but something else",
      break: ({ ssh }) => {
        writeFileSync(
          join(ssh, "ssh-privatekey"),
          "-----BEGIN OPENSSH PRIVATE KEY-----\nfake\n-----END OPENSSH PRIVATE KEY-----\n"
        )
        return {}
      },
      want: "cannot be used"
    },
    {
      name: "that does not have the repository",
      break: ({ environment }) => ({ REPOSITORY_URL: `${environment["REPOSITORY_URL"]}-gone` }),
      want: "there is no such repository"
    }
  ])("$name is named as what it is", ({ break: spoil, want }) =>
    Effect.gen(function*() {
      const around = yield* start()
      const changes = spoil(around)
      const { broker, look } = yield* reading({ ...around.environment, ...changes }, around.folder)
      const { ok, words } = yield* look
      assert.isFalse(ok)
      assert.include(words.replace(/\s+/g, " "), want)
      assert.include(broker.brokerReport().problem, want)
    }))

  it.live("is not reached with anything of the home folder or the agent of whoever started the broker", () =>
    Effect.gen(function*() {
      const { environment, folder, ssh } = yield* start({ HOME: "/root", SSH_AUTH_SOCK: "/nonexistent" })
      writeFileSync(join(ssh, "ssh-privatekey"), "")
      const { look } = yield* reading(environment, folder)
      const { ok, words } = yield* look
      assert.isFalse(ok)
      assert.include(words, "does not accept the ssh key")
      assert.isFalse(existsSync(join(folder, "state", "access", "key")))
    }))
})

describe.skipIf(noCertificates !== undefined)(
  `a remote over https with a company's own authority${noCertificates === undefined ? "" : ` (${noCertificates})`}`,
  () => {
    const start = Effect.fnUntraced(function*(options: GitHttpOptions = {}) {
      const around = yield* place
      const { authority, cert, key } = makeCertificates(around.folder)
      const remote = yield* gitHttp(join(around.folder, "remotes"), gitToken, { tls: { cert, key }, ...options })
      for (const repository of Object.values(around.remotes)) {
        writeFileSync(join(repository, "config"), "[core]\n\tbare = true\n[http]\n\treceivepack = true\n")
      }
      const environment: Readonly<Record<string, string>> = {
        ...around.environment,
        GIT_ALLOW_PROTOCOL: "https",
        GIT_INSTEAD_OF: "{}",
        CA_CERTIFICATES: authority,
        GIT_ALLOWED_HOSTS: `*,${new URL(remote.url).host}`,
        REPOSITORY_URL: `${remote.url}/target.git`,
        DOCS_REPOSITORY_URL: `${remote.url}/docs.git`
      }
      return { ...around, environment, remote }
    })

    it.live.each<{ name: string; credentials: boolean; want: string | undefined }>([
      { name: "with a token that is not valid is not told as missing", credentials: true, want: undefined },
      { name: "without any credential is told as missing one", credentials: false, want: "GitAccess" }
    ])("$name", ({ credentials, want }) =>
      Effect.gen(function*() {
        const { environment, folder } = yield* start()
        const nowhere = credentials ? join(folder, "other") : "/nonexistent"
        if (credentials) {
          mkdirSync(nowhere)
          writeFileSync(join(nowhere, "github-token"), "not-the-token")
        }
        const { broker, look } = yield* reading(
          { ...environment, CREDENTIALS_DIR: nowhere, SSH_DIR: "/nonexistent" },
          folder
        )
        assert.isFalse((yield* look).ok)
        assert.strictEqual(broker.brokerReport().missing, want)
      }))

    it.live("is read and written with the token, once the authority is trusted", () =>
      Effect.gen(function*() {
        const { environment, folder, remote, remotes } = yield* start()
        commitTo(remotes.target, "main", { "more.txt": "x" })
        const { broker, clone, say } = yield* reading(environment, folder)
        const cloned = yield* say("clone", "--quiet", `${broker.url}/git/target.git`, ".")
        assert.isTrue(cloned.ok, cloned.words)
        writeFileSync(join(clone, "work.txt"), "x")
        yield* say("add", "--all")
        yield* say("commit", "--quiet", "-m", "Work")
        const pushed = yield* say("push", "origin", `HEAD:refs/heads/${branch}`)
        assert.isTrue(pushed.ok, pushed.words)
        assert.strictEqual(broker.brokerReport().delivery?.headCommit, headOf(remotes.target, branch))
        assert.deepStrictEqual([...remote.passwords], [gitToken])
      }))

    it.live.each<{ name: string; given: (url: string) => Record<string, string>; want: string }>([
      {
        name: "an authority that nobody trusts",
        given: () => ({ CA_CERTIFICATES: "" }),
        want: "agent.broker.caCertificates"
      },
      {
        name: "a certificate for another name",
        given: (url) => ({ REPOSITORY_URL: url.replace("127.0.0.1", "localhost") }),
        want: "for another name"
      },
      {
        name: "a host that is not there",
        given: (url) => ({ REPOSITORY_URL: url.replace(/:\d+/, ":1") }),
        want: "cannot be reached"
      }
    ])("$name is named as what it is, and no token is sent", ({ given, want }) =>
      Effect.gen(function*() {
        const { environment, folder, remote } = yield* start()
        const { broker, look } = yield* reading(
          { ...environment, ...given(environment["REPOSITORY_URL"] ?? "") },
          folder
        )
        const { ok, words } = yield* look
        assert.isFalse(ok)
        assert.include(words.replace(/\s+/g, " "), want)
        assert.include(broker.brokerReport().problem, want)
        assert.lengthOf([...remote.passwords], 0)
      }))
  }
)
