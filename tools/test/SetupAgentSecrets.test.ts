/** The script against the embedded cluster, through a real kubectl. Skipped where there is no kubectl or no ssh-keygen on the PATH. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { gitTokenSecretName, sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import * as EmbeddedCluster from "@orchestrator/embedded/EmbeddedCluster"
import { layerWith as wireLayer, WireServer } from "@orchestrator/embedded/wire/WireServer"
import { NamespaceKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Effect, FileSystem, Layer, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const script = fileURLToPath(new URL("../../scripts/setup-agent-secrets.sh", import.meta.url))

const works = (program: string, ...args: ReadonlyArray<string>) =>
  spawnSync(program, args, { stdio: "ignore" }).error === undefined
const missing = ["kubectl", "ssh-keygen"].filter((program) => !works(program, "--help"))

const fakeToken = (letter: string) => `ghp_${letter.repeat(36)}`

interface Ended {
  readonly code: number
  readonly text: string
}

class Setup extends Context.Service<Setup, {
  readonly folder: string
  readonly sh: (command: string, stdin?: string) => Effect.Effect<Ended>
  /** A namespace of its own, and the script in it. */
  readonly within: (
    namespace: string
  ) => Effect.Effect<{
    readonly run: (args: string, stdin?: string) => Effect.Effect<Ended>
    readonly secret: (name: string) => Effect.Effect<Readonly<Record<string, string>>>
  }>
}>()("@orchestrator/tools/test/Setup") {
  static readonly layer = Layer.effect(
    Setup,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const client = yield* KubernetesClient
      const { kubeconfig } = yield* WireServer
      const folder = yield* fs.makeTempDirectoryScoped({ prefix: "secrets-" })
      yield* fs.writeFileString(`${folder}/kubeconfig`, kubeconfig)

      const sh = (command: string, stdin = "") =>
        Effect.gen(function*() {
          const child = yield* spawner.spawn(
            ChildProcess.make("bash", ["-c", command], {
              cwd: folder,
              stdin: Stream.make(new TextEncoder().encode(stdin)),
              env: { KUBECONFIG: `${folder}/kubeconfig`, HOME: folder, GITHUB_TOKEN: undefined },
              extendEnv: true
            })
          )
          const text = yield* child.all.pipe(Stream.decodeText(), Stream.mkString)
          return { code: Number(yield* child.exitCode), text }
        }).pipe(Effect.scoped, Effect.orDie)

      yield* sh("ssh-keygen -q -t ed25519 -N '' -f key && ssh-keygen -q -t ed25519 -N '' -f other")
      return Setup.of({
        folder,
        sh,
        within: (namespace) =>
          Effect.gen(function*() {
            yield* client.create(NamespaceKind, { metadata: { name: namespace } })
            return {
              run: (args: string, stdin?: string) => sh(`${script} --namespace ${namespace} ${args}`, stdin),
              secret: (name: string) =>
                client.get(SecretKind, { namespace, name }).pipe(
                  Effect.map(({ data = {} }) =>
                    Object.fromEntries(
                      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()])
                    )
                  ),
                  Effect.orDie
                )
            }
          }).pipe(Effect.orDie)
      })
    })
  ).pipe(
    Layer.provide(wireLayer()),
    Layer.provide(EmbeddedCluster.layerMemory),
    Layer.provideMerge(NodeServices.layer)
  )
}

describe.skipIf(missing.length > 0)(
  `setup-agent-secrets.sh${missing.length > 0 ? `, which needs ${missing.join(" and ")}` : ""}`,
  () => {
    layer(Setup.layer, { excludeTestServices: true, timeout: "20 seconds" })((it) => {
      it.effect("writes what the controller looks for, and says so; a second time it changes nothing", () =>
        Effect.gen(function*() {
          const { folder, within } = yield* Setup
          const fs = yield* FileSystem.FileSystem
          const { run, secret } = yield* within("first")
          const first = yield* run("--user Ada-Bot --ssh-key key --token -", `${fakeToken("a")}\n`)
          assert.deepStrictEqual([first.code, first.text.includes("created")], [0, true], first.text)
          assert.deepStrictEqual(yield* secret(sshSecretName("Ada-Bot")), {
            "ssh-privatekey": yield* fs.readFileString(`${folder}/key`),
            "ssh-publickey": yield* fs.readFileString(`${folder}/key.pub`)
          })
          assert.deepStrictEqual(yield* secret(tokenSecretName("Ada-Bot")), { token: fakeToken("a") })
          assert.notInclude(first.text, fakeToken("a"))

          const second = yield* run("--user Ada-Bot --ssh-key key --token -", fakeToken("a"))
          assert.deepStrictEqual([second.code, second.text.match(/unchanged/g)?.length], [0, 2], second.text)
        }))

      it.effect("replaces only when it is told to, and then both or none", () =>
        Effect.gen(function*() {
          const { within } = yield* Setup
          const { run, secret } = yield* within("rotate")
          assert.strictEqual((yield* run("--user ada --token -", fakeToken("a"))).code, 0)
          const refused = yield* run("--user ada --ssh-key key --token -", fakeToken("b"))
          assert.strictEqual(refused.code, 1, refused.text)
          assert.include(refused.text, "--rotate")
          assert.deepStrictEqual(yield* secret("github-token-ada"), { token: fakeToken("a") })
          assert.isTrue((yield* Effect.exit(secret("github-ssh-ada")))._tag === "Failure")

          assert.strictEqual((yield* run("--user ada --ssh-key key --token - --rotate", fakeToken("b"))).code, 0)
          assert.deepStrictEqual(yield* secret("github-token-ada"), { token: fakeToken("b") })
        }))

      it.effect("writes the token of another forge beside GitHub's, with the account where there is one", () =>
        Effect.gen(function*() {
          const { folder, within } = yield* Setup
          const fs = yield* FileSystem.FileSystem
          const { run, secret } = yield* within("others")
          const both = yield* run(
            "--user Ada_Dev --token - --git-token - --git-username ada@example.test",
            `${fakeToken("a")}\nnot-a-token-of-a-forge\n`
          )
          assert.strictEqual(both.code, 0, both.text)
          assert.deepStrictEqual(yield* secret(tokenSecretName("Ada_Dev")), { token: fakeToken("a") })
          assert.deepStrictEqual(yield* secret(gitTokenSecretName("Ada_Dev")), {
            token: "not-a-token-of-a-forge",
            username: "ada@example.test"
          })
          assert.notInclude(both.text, "not-a-token")
          assert.include(both.text, "forge.hosts")
          yield* fs.writeFileString(`${folder}/lab`, "another-fake-token\r\n")
          const other = yield* run("--user Ada_Dev --git-token @lab")
          assert.deepStrictEqual([other.code, other.text.includes("--rotate")], [1, true], other.text)
          const rotated = yield* run("--user Ada_Dev --git-token @lab --rotate")
          assert.strictEqual(rotated.code, 0, rotated.text)
          assert.deepStrictEqual(yield* secret(gitTokenSecretName("Ada_Dev")), { token: "another-fake-token" })
          assert.deepStrictEqual(yield* secret(tokenSecretName("Ada_Dev")), { token: fakeToken("a") })
        }))

      it.effect("writes nothing when it is dry", () =>
        Effect.gen(function*() {
          const { within } = yield* Setup
          const { run, secret } = yield* within("dry")
          const { code, text } = yield* run("--user ada --token - --dry-run", fakeToken("a"))
          assert.strictEqual(code, 0, text)
          assert.include(text, "would be created")
          assert.isTrue((yield* Effect.exit(secret("github-token-ada")))._tag === "Failure")
        }))

      it.effect("hands no secret to another process's command line", () =>
        Effect.gen(function*() {
          const { folder, sh, within } = yield* Setup
          const { run } = yield* within("argv")
          const spy = `#!/bin/bash\nprintf '%s\\n' "$@" >> ${folder}/argv\nPATH=\${PATH#*:} exec "\${0##*/}" "$@"\n`
          const fs = yield* FileSystem.FileSystem
          yield* fs.makeDirectory(`${folder}/spies`)
          for (const program of ["kubectl", "base64", "ssh-keygen", "tr", "cut"]) {
            yield* fs.writeFileString(`${folder}/spies/${program}`, spy, { mode: 0o755 })
          }
          yield* fs.writeFileString(`${folder}/token`, `${fakeToken("c")}\r\n`)
          const { code, text } = yield* sh(
            `PATH=${folder}/spies:$PATH ${script} --namespace argv --user ada --ssh-key key --token @token`
          )
          assert.strictEqual(code, 0, text)
          const seen = yield* fs.readFileString(`${folder}/argv`)
          const key = yield* fs.readFileString(`${folder}/key`)
          assert.include(seen, "apply")
          for (const secret of [fakeToken("c"), key.split("\n")[1] ?? ""]) {
            assert.notInclude(seen, secret)
            assert.notInclude(seen, Buffer.from(secret).toString("base64").slice(0, 24))
          }
          assert.include((yield* run("--user ada --token @token")).text, "unchanged")
        }))

      const refusals: ReadonlyArray<{ name: string; args: string; stdin?: string; code: number; says: string }> = [
        { name: "no user", args: "--token -", code: 2, says: "--user is missing" },
        { name: "nothing to do", args: "--user ada", code: 2, says: "nothing to do" },
        { name: "an unknown option", args: "--user ada --key x", code: 2, says: "unknown option --key" },
        { name: "an option without its value", args: "--user", code: 2, says: "--user needs a value" },
        { name: "a user that is none", args: "--user 'a;b' --token -", code: 1, says: "GitHub user name" },
        { name: "an empty token", args: "--user ada --token -", code: 1, says: "holds no token" },
        {
          name: "a token of another form",
          args: "--user ada --token -",
          stdin: "hunter2",
          code: 1,
          says: "7 characters"
        },
        {
          name: "a token with a space",
          args: "--user ada --token -",
          stdin: "ghp_a b",
          code: 1,
          says: "other characters"
        },
        {
          name: "a token of GitHub for another forge",
          args: "--user ada --git-token -",
          stdin: fakeToken("a"),
          code: 1,
          says: "by --token"
        },
        {
          name: "a token of another forge with a space",
          args: "--user ada --git-token -",
          stdin: "not-a-token of-anybody",
          code: 1,
          says: "spaces"
        },
        {
          name: "a token of another forge that is short",
          args: "--user ada --git-token -",
          stdin: "hunter2",
          code: 1,
          says: "7 characters"
        },
        {
          name: "an account that is none",
          args: "--user ada --git-token - --git-username 'ada:x'",
          stdin: "not-a-token-of-a-forge",
          code: 1,
          says: "a colon"
        },
        { name: "an account without a token", args: "--user ada --git-username ada", code: 2, says: "nothing to do" },
        {
          name: "an account with GitHub's token alone",
          args: "--user ada --git-username ada --token -",
          stdin: fakeToken("a"),
          code: 2,
          says: "goes with --git-token"
        },
        { name: "a key that is not there", args: "--user ada --ssh-key none", code: 1, says: "cannot read none" },
        { name: "a public key", args: "--user ada --ssh-key key.pub", code: 1, says: "public half" },
        { name: "a file that is no key", args: "--user ada --ssh-key kubeconfig", code: 1, says: "kubeconfig" },
        { name: "halves of two pairs", args: "--user ada --ssh-key mixed", code: 1, says: "not the public half" },
        { name: "a passphrase", args: "--user ada --ssh-key locked", code: 1, says: "passphrase" },
        {
          name: "no such namespace",
          args: "--user ada --ssh-key key --namespace nowhere",
          code: 1,
          says: "no namespace nowhere"
        },
        { name: "no such context", args: "--user ada --ssh-key key --context nobody", code: 1, says: "nobody" }
      ]
      it.effect("refuses what cannot be meant, says why, and repeats no secret", () =>
        Effect.gen(function*() {
          const { sh, within } = yield* Setup
          const { run } = yield* within("refusals")
          yield* sh("cp key mixed && cp other.pub mixed.pub && ssh-keygen -q -t ed25519 -N 'a phrase' -f locked")
          for (const { args, code, name, says, stdin } of refusals) {
            const ended = yield* run(args, stdin)
            assert.strictEqual(ended.code, code, `${name}: ${ended.text}`)
            assert.include(ended.text, says, name)
            assert.notInclude(ended.text, stdin ?? "no secret")
          }
        }), 30_000)
    })
  }
)
