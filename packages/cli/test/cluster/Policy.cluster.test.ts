/**
 * The chart's admission policies on a real API server, as its users meet them: who may name which Secrets in a run, and who may say who asked
 * for one. Each case is an attack or the work that must stay possible.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { controlPlane, kubectl } from "./ControlPlane.ts"

const root = join(import.meta.dirname, "../../../..")
const namespace = `policy-${randomBytes(3).toString("hex")}`
const most = 32
const named = Array.from({ length: most }, (_, index) => `team-secret-${index}`)
const orchestrator = `system:serviceaccount:${namespace}:orchestrator`

interface Said {
  readonly ok: boolean
  readonly text: string
}

const asset = (name: string): string => {
  const environment = readFileSync(join(controlPlane().folder, "env"), "utf8")
  return join(/KUBEBUILDER_ASSETS=(\S+)/.exec(environment)?.[1] ?? "", name)
}

/** kubectl as somebody; without a name as the cluster's administrator. */
const as = (user: string | undefined, args: ReadonlyArray<string>, input?: object, uid?: string): Said => {
  const who = [...(user === undefined ? [] : ["--as", user]), ...(uid === undefined ? [] : ["--as-uid", uid])]
  const words = ["--kubeconfig", controlPlane().kubeconfig, "-n", namespace, ...who, ...args]
  const { status, stderr, stdout } = spawnSync(asset("kubectl"), words, {
    encoding: "utf8",
    ...(input === undefined ? {} : { input: JSON.stringify(input) })
  })
  return { ok: status === 0, text: `${stdout}${stderr}` }
}

const secretsOf = (names: ReadonlyArray<string>) =>
  names.map((secretName, index) => ({ name: `VALUE_${index}`, secretName, secretKey: "value" }))

const codeRun = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name, ...metadata },
  spec: {
    taskId: 1,
    service: "api",
    repositoryUrl: "https://github.com/example/api.git",
    docsRepositoryUrl: "https://github.com/example/docs.git",
    workingDirectory: ".",
    model: "claude-sonnet-4-20250514",
    githubUser: "Ada_Dev",
    ...spec
  }
})

const docsRun = (name: string, githubUser = "Ada_Dev") => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "DocsRun",
  metadata: { name },
  spec: {
    repositoryUrl: "https://github.com/example/docs.git",
    workingDirectory: "_projects/api",
    sourceBranch: "main",
    model: "claude-opus-4-20250514",
    githubUser
  }
})

let made = 0
const fresh = () => `run-${made++}`
const create = (user: string | undefined, run: object, uid?: string) => as(user, ["create", "-f", "-"], run, uid)
const patch = (user: string, name: string, body: object, kind = "coderun") =>
  as(user, ["patch", kind, name, "--type=merge", "-p", JSON.stringify(body)])

const denied = ({ ok, text }: Said, ...words: ReadonlyArray<string>) => {
  assert.isFalse(ok, text)
  assert.include(text, "denied request")
  for (const word of words) assert.include(text, word)
  assert.notInclude(text, "cost limit")
}

const allowed = ({ ok, text }: Said) => assert.isTrue(ok, text)

const policies = () =>
  spawnSync(asset("helm"), [
    "template",
    "orchestrator",
    join(root, "chart"),
    ...["-n", namespace, "--kube-version", "1.37", "--show-only", "templates/admissionpolicy.yaml"]
  ], { encoding: "utf8" }).stdout

const may = (user: string, role: string, ...args: ReadonlyArray<string>) => {
  kubectl(["create", "role", role, "-n", namespace, ...args])
  kubectl(["create", "rolebinding", role, "-n", namespace, `--role=${role}`, `--user=${user}`])
}

/** `kubectl create role` takes no `use` of a Secret. */
const mayUse = (user: string, names: ReadonlyArray<string>) => {
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: `use-${user}` },
    rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: names, verbs: ["use"] }]
  }
  kubectl(["apply", "-n", namespace, "-f", "-"], JSON.stringify(role))
  kubectl(["create", "rolebinding", `use-${user}`, "-n", namespace, `--role=use-${user}`, `--user=${user}`])
}

const ofAda = [sshSecretName("Ada_Dev"), tokenSecretName("Ada_Dev")]
const secretNames = (names: ReadonlyArray<string>) => names.map((name) => `--resource-name=${name}`)

beforeAll(async () => {
  kubectl(["create", "namespace", namespace])
  const everyRun = ["--verb=*", "--resource=coderuns.orchestrator.platform,docsruns.orchestrator.platform"]
  for (const user of ["ada", "poor", "half", "last", "user", orchestrator]) {
    may(user, `runs-${user.replaceAll(":", "-")}`, ...everyRun)
  }
  may("status", "runs-status", "--verb=*", "--resource=coderuns.orchestrator.platform/status")
  may("ada", "secrets-ada", "--verb=get", "--resource=secrets", ...secretNames([...ofAda, ...named]))
  mayUse("user", [...ofAda, ...named])
  may("half", "secrets-half", "--verb=get", "--resource=secrets", ...secretNames(ofAda.slice(0, 1)))
  may("last", "secrets-last", "--verb=get", "--resource=secrets", ...secretNames([...ofAda, ...named.slice(0, -1)]))
  kubectl(["apply", "-f", "-"], policies())
  const end = performance.now() + 60_000
  const probe = {
    ...docsRun("probe"),
    metadata: { name: "probe", annotations: { "orchestrator.platform/requested-by": "x" } }
  }
  const ready = () =>
    !as("poor", ["create", "--dry-run=server", "-f", "-"], docsRun("probe")).ok &&
    !as("ada", ["create", "--dry-run=server", "-f", "-"], probe).ok &&
    [12, most].every((count) => {
      const envFromSecrets = secretsOf([...named.slice(0, count - 1), "foreign"])
      return !as("ada", ["create", "--dry-run=server", "-f", "-"], codeRun("probe", { envFromSecrets })).ok
    })
  while (!ready()) {
    assert.isBelow(performance.now(), end, "the policies do not come into force")
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}, 180_000)

afterAll(() => {
  kubectl(["delete", "--ignore-not-found", "-f", "-"], policies())
  kubectl(["delete", "namespace", namespace, "--wait=false"])
})

describe("creating a run", () => {
  it.each([0, 1, 2, 10, 11, 21, 22, most - 1, most])(
    "with %i secrets that its creator may read, or no more than use, is allowed",
    (count) => {
      for (const user of ["ada", "user"]) {
        allowed(create(user, codeRun(fresh(), { envFromSecrets: secretsOf(named.slice(0, count)) })))
      }
    }
  )

  it("is possible for somebody who may use the Secrets and read none of them", () => {
    for (const name of [...ofAda, ...named.slice(0, 1), "orchestrator-secrets"]) {
      const { ok, text } = as("user", ["get", "secret", name])
      assert.isFalse(ok)
      assert.include(text, "cannot get resource")
    }
    denied(create("user", codeRun(fresh(), { envFromSecrets: secretsOf(["orchestrator-secrets"]) })))
  })

  it("without envFromSecrets is allowed, for both kinds, and by generateName", () => {
    allowed(create("ada", codeRun(fresh())))
    allowed(create("ada", docsRun(fresh())))
    allowed(create("ada", { ...codeRun(""), metadata: { generateName: "made-" } }))
  })

  it("naming one secret many times is allowed", () =>
    allowed(create("ada", codeRun(fresh(), { envFromSecrets: secretsOf(named.map(() => "team-secret-0")) }))))

  it.each([
    { name: "one secret", secrets: ["foreign"] },
    { name: "a foreign one behind one of theirs", secrets: ["team-secret-0", "foreign"] },
    { name: "a foreign one in the middle", secrets: [...named.slice(0, 15), "foreign", ...named.slice(16)] },
    { name: "a foreign one as the first of the second policy", secrets: [...named.slice(0, 10), "foreign"] },
    { name: "a foreign one as the first of the third policy", secrets: [...named.slice(0, 21), "foreign"] },
    { name: "a foreign one as the last of the most", secrets: [...named.slice(0, -1), "foreign"] },
    { name: "the most, all foreign", secrets: named.map((name) => `foreign-${name}`) },
    { name: "the Secret with the API key", secrets: ["orchestrator-secrets"] },
    { name: "another user's token", secrets: ["github-token-eve"] }
  ])("with secrets that its creator may not read is denied: $name", ({ secrets }) => {
    const said = create("ada", codeRun(fresh(), { envFromSecrets: secretsOf(secrets) }))
    denied(said)
    // Where both policies deny, the server asks them in any order and tells of the one that it asked first.
    const foreign = secrets.filter((name) => !named.includes(name))
    assert.isTrue(foreign.some((name) => said.text.includes(name)), said.text)
  })

  it("with the last of the most missing is denied, and that one is named", () =>
    denied(create("last", codeRun(fresh(), { envFromSecrets: secretsOf(named) })), `team-secret-${most - 1}`))

  it.each(["ada", "poor", "half", "last"])(
    "as another GitHub user is denied (%s)",
    (user) => denied(create(user, codeRun(fresh(), { githubUser: "eve" })), "-eve")
  )

  it("needs the user's key and the user's token, not one of them", () =>
    denied(create("half", codeRun(fresh())), tokenSecretName("Ada_Dev")))

  it.each(["ada_dev", "ADA_DEV", "Ada-Dev", "aDa-dEv"])(
    "by any spelling of the user that means the same Secrets is theirs (%s)",
    (githubUser) => {
      assert.strictEqual(tokenSecretName(githubUser), ofAda[1])
      allowed(create("ada", codeRun(fresh(), { githubUser })))
      denied(create("poor", codeRun(fresh(), { githubUser })))
    }
  )

  it("as an App needs the Secrets of the App's login", () =>
    denied(create("ada", codeRun(fresh(), { githubUser: "Build_App[bot]" })), sshSecretName("Build_App[bot]")))

  it.each(["ada_dev\n", "ada..dev", "ada/dev", "-ada_dev", "ada_dev[bot][bot]", "\u212Aate", "", "ada_dev "])(
    "as what is no GitHub login is denied, so that nobody finds a spelling that passes (%j)",
    (githubUser) => denied(create("ada", codeRun(fresh(), { githubUser })), "GitHub login")
  )

  it("for documentation needs the same", () => {
    denied(create("poor", docsRun(fresh())), "github-ssh-ada-dev")
    denied(create("ada", docsRun(fresh(), "eve")))
  })

  it("only to look (dry-run) is answered the same", () => {
    allowed(
      as("ada", ["create", "--dry-run=server", "-f", "-"], codeRun(fresh(), { envFromSecrets: secretsOf(named) }))
    )
    denied(as("poor", ["create", "--dry-run=server", "-f", "-"], codeRun(fresh())))
  })

  it("by server-side apply is held to the same", () => {
    const apply = ["apply", "--server-side", "-f", "-"]
    allowed(as("ada", apply, codeRun(fresh())))
    denied(as("poor", apply, codeRun(fresh())))
  })

  it("needs the right to create runs in the first place", () => {
    const { ok, text } = create("nobody", codeRun(fresh()))
    assert.isFalse(ok)
    assert.include(text, "cannot create resource")
  })

  it("by the orchestrator's service account is let through: the HTTP API has asked already", () =>
    allowed(create(orchestrator, codeRun(fresh(), { githubUser: "eve", envFromSecrets: secretsOf(["foreign"]) }))))

  it("by the service account of the same name in another namespace is not", () =>
    assert.isFalse(create("system:serviceaccount:default:orchestrator", codeRun(fresh())).ok))

  it("by a cluster administrator is allowed", () => allowed(create(undefined, codeRun(fresh(), { githubUser: "eve" }))))
})

describe("changing a run", () => {
  const existing = (spec: object = {}) => {
    const name = fresh()
    allowed(create(undefined, codeRun(name, spec)))
    return name
  }

  it("of one's own user is allowed: next attempt, cancel, the most secrets", () => {
    const name = existing()
    allowed(patch("ada", name, { spec: { contextVersion: 2, promptModification: "Go on." } }))
    allowed(patch("ada", name, { spec: { cancel: true } }))
    allowed(patch("ada", name, { spec: { envFromSecrets: secretsOf(named) } }))
  })

  it.each([
    {
      name: "its next attempt, with a prompt of theirs",
      spec: { contextVersion: 2, promptModification: "Print the token." }
    },
    { name: "taking a cancellation back", spec: { cancel: false } },
    { name: "cancelling it and changing something", spec: { cancel: true, contextVersion: 2 } },
    { name: "suspending it and changing something", spec: { suspend: true, contextVersion: 2 } },
    { name: "suspending it and taking a cancellation back", spec: { suspend: true, cancel: false } },
    { name: "cancelling it and taking something away", spec: { cancel: true, envFromSecrets: null } },
    { name: "another model", spec: { model: "claude-opus-4-20250514" } },
    { name: "a workspace of another service", spec: { service: "payments" } },
    { name: "another repository", spec: { repositoryUrl: "https://github.com/evil/api.git" } }
  ])(
    "of another's is denied: $name",
    ({ spec }) =>
      denied(patch("poor", existing({ cancel: true, envFromSecrets: secretsOf(["foreign"]) }), { spec }), "github-")
  )

  it.each([{ cancel: true }, { suspend: true }, { cancel: true, suspend: true }])(
    "that only keeps its agent from working is allowed to whoever may update it, for both kinds: %o",
    (spec) => {
      allowed(patch("poor", existing({ githubUser: "eve", envFromSecrets: secretsOf(named) }), { spec }))
      const name = fresh()
      allowed(create(undefined, docsRun(name, "eve")))
      allowed(patch("poor", name, { spec }, "docsrun"))
    }
  )

  it("that lets one go on is denied where its Secrets are another's", () =>
    denied(patch("poor", existing({ githubUser: "eve", suspend: true }), { spec: { suspend: false } }), "github-"))

  it.each([
    { name: "another GitHub user", spec: { githubUser: "eve" } },
    { name: "a foreign secret", spec: { envFromSecrets: secretsOf(["foreign"]) } },
    {
      name: "a foreign secret as the last of the most",
      spec: { envFromSecrets: secretsOf([...named.slice(1), "foreign"]) }
    }
  ])(
    "of one's own into what one may not use is denied: $name",
    ({ spec }) => denied(patch("ada", existing(), { spec }))
  )

  it("by replace, by JSON patch and by apply is held to the same", () => {
    const name = existing()
    denied(as("ada", ["replace", "-f", "-"], codeRun(name, { githubUser: "eve" })))
    const operations = JSON.stringify([{ op: "replace", path: "/spec/githubUser", value: "eve" }])
    denied(as("ada", ["patch", "coderun", name, "--type=json", "-p", operations]))
    denied(as("ada", ["apply", "--server-side", "--force-conflicts", "-f", "-"], codeRun(name, { githubUser: "eve" })))
  })

  it("that leaves its spec alone is allowed to whoever may update: labels, annotations, owners", () => {
    const name = existing({ githubUser: "eve", envFromSecrets: secretsOf(["foreign"]) })
    allowed(patch("poor", name, { metadata: { labels: { team: "a" }, annotations: { note: "b" } } }))
  })

  it("by the orchestrator's service account is let through", () =>
    allowed(patch(orchestrator, existing({ githubUser: "eve" }), { spec: { contextVersion: 2 } })))

  it("of its status alone asks for no Secret", () => {
    const name = existing({ githubUser: "eve", envFromSecrets: secretsOf(["foreign"]) })
    allowed(as("status", [
      ...["patch", "coderun", name, "--subresource=status", "--type=merge", "-p"],
      JSON.stringify({ status: { phase: "Running" } })
    ]))
  })

  it("by deleting it asks for no Secret", () => {
    const name = existing({ githubUser: "eve" })
    allowed(as("poor", ["delete", "coderun", name, "--wait=false"]))
  })
})

const by = "orchestrator.platform/requested-by"
const byUid = `${by}-uid`
const key = "orchestrator.platform/idempotency-key"

describe("who asked for a run", () => {
  const marked = (annotations: object, labels: object = {}) => codeRun(fresh(), {}, { annotations, labels })

  it("is nobody but its creator, or not said", () => {
    allowed(create("ada", marked({ [by]: "ada" })))
    allowed(create("ada", marked({ [by]: "ada", [byUid]: "42" }), "42"))
    allowed(create("ada", marked({})))
  })

  it.each([
    { name: "another user", run: marked({ [by]: "eve" }) },
    { name: "the orchestrator", run: marked({ [by]: orchestrator }) },
    { name: "themselves with another's uid", run: marked({ [by]: "ada", [byUid]: "not-theirs" }) },
    { name: "a uid alone", run: marked({ [byUid]: "not-theirs" }) },
    { name: "themselves, with an idempotency key", run: marked({ [by]: "ada" }, { [key]: "a".repeat(40) }) },
    { name: "another user, with an idempotency key", run: marked({ [by]: "eve" }, { [key]: "a".repeat(40) }) },
    { name: "nobody, with an idempotency key", run: marked({}, { [key]: "a".repeat(40) }) }
  ])("cannot be planted: $name", ({ run }) => denied(create("ada", run), "requested-by"))

  const ofApi = () => {
    const run = marked({ [by]: "eve", [byUid]: "7" }, { [key]: "b".repeat(40) })
    allowed(create(orchestrator, run))
    return run.metadata.name
  }

  it.each([
    { name: "made one's own", metadata: { annotations: { [by]: "ada" } } },
    { name: "taken away", metadata: { annotations: { [by]: null } } },
    { name: "given another uid", metadata: { annotations: { [byUid]: "8" } } },
    { name: "given another key", metadata: { labels: { [key]: "c".repeat(40) } } },
    { name: "robbed of its key", metadata: { labels: { [key]: null } } }
  ])("is not changed afterwards: $name", ({ metadata }) => denied(patch("ada", ofApi(), { metadata }), "requested-by"))

  it("stays on a run whose spec is changed by kubectl", () =>
    allowed(patch("ada", ofApi(), { spec: { contextVersion: 2 } })))

  it("is written by the orchestrator, and by who may impersonate: a backup is restored as it was", () => {
    const run = marked({ [by]: "eve", [byUid]: "7" }, { [key]: "d".repeat(40) })
    allowed(create(undefined, run))
    allowed(patch(orchestrator, run.metadata.name, { metadata: { annotations: { [by]: "ada" } } }))
  })
})

describe("where the definition is older and bounds nothing", () => {
  const definition = "customresourcedefinition/coderuns.orchestrator.platform"

  beforeAll(() => {
    const old = JSON.parse(
      kubectl(["get", definition, "-o", "json"]),
      (name, value) =>
        name === "maxItems" || name === "x-kubernetes-validations" || name === "managedFields" ? undefined : value
    )
    kubectl(["replace", "-f", "-"], JSON.stringify(old))
  })
  afterAll(() =>
    void kubectl(["apply", "--server-side", "--force-conflicts", "-f", join(root, "crds/platform-crds.yaml")])
  )

  it.each([most + 1, 500])("%i secrets are denied in words", async (count) => {
    const run = () =>
      codeRun(fresh(), { envFromSecrets: secretsOf(Array.from({ length: count }, () => "team-secret-0")) })
    const end = performance.now() + 30_000
    for (;;) {
      const said = create("ada", run())
      if (said.text.includes(`at most ${most} entries`)) return denied(said)
      assert.isFalse(said.ok, said.text)
      assert.isBelow(performance.now(), end, said.text)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })

  it("the most are still asked for one by one", () => {
    allowed(create("ada", codeRun(fresh(), { envFromSecrets: secretsOf(named) })))
    denied(create("last", codeRun(fresh(), { envFromSecrets: secretsOf(named) })), `team-secret-${most - 1}`)
  })
})
