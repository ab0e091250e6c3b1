/** Ten troubles: how each is made, the alerts that it sets off, the commands that find it and what they must say, and how it is mended. */
import { runUidLabel } from "@orchestrator/domain/Labels"
import { NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect, type Scope } from "effect"
import { createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import { controlPlane, kubectl } from "../../cluster/ControlPlane.ts"
import { eventually } from "../../cluster/Eventually.ts"
import { namespace, type Rehearsed, tokenOf } from "./Installation.ts"
import type { bucketServer, ModelApi } from "./Outside.ts"

export interface World extends Rehearsed {
  readonly model: ModelApi
  readonly bucket: Awaited<ReturnType<typeof bucketServer>>
}

interface Typed {
  readonly command: string
  /** What its output has to say. */
  readonly says: ReadonlyArray<RegExp>
}

export interface Trouble {
  readonly title: string
  readonly symptom: string
  readonly alerts: ReadonlyArray<string>
  /** Those that fire as well where the installation is quiet. */
  readonly mayFire?: ReadonlyArray<string>
  /** Until somebody looks: alerts wait. */
  readonly lastsMinutes?: number
  readonly begin: (world: World) => Effect.Effect<unknown, unknown, Scope.Scope>
  /** Five at most. */
  readonly commands: ReadonlyArray<Typed>
  readonly cause: string
  readonly mend: string
  readonly end: (world: World) => Effect.Effect<unknown, unknown>
}

export const doctor = "orchestrator doctor --context production | grep -v '^ok'"

const eventsOf = (run: string) => `kubectl events --for coderun/${run} --types Warning`

const admin = (...args: ReadonlyArray<string>) => Effect.sync(() => kubectl(args))
const apply = (object: object) => Effect.sync(() => kubectl(["apply", "-f", "-"], JSON.stringify(object)))

const three = (world: World, name: string, spec: object = {}) =>
  Effect.forEach([1, 2, 3], (number) => world.create(`${name}-${number}`, `${name}-${number}`, spec), { discard: true })

const threeAre = (world: World, name: string, what: string) =>
  Effect.forEach([1, 2, 3], (number) => world.until(`${name}-${number}`, what), { discard: true })

/** The runs of a trouble that is over: the next one's page is not about them. */
const forget = (...names: ReadonlyArray<string>) => admin("delete", "coderun", ...names, "-n", namespace)

const leaseVerbs = (verbs: ReadonlyArray<string>) =>
  admin(
    ...["patch", "role", "orchestrator-leader", "-n", namespace, "--type=json", "-p"],
    JSON.stringify([{ op: "replace", path: "/rules/1/verbs", value: verbs }])
  )

const tells = (world: World, sample: RegExp) =>
  eventually(`the metrics to tell ${sample}`, world.metrics, (text) => sample.test(text), 60)

const podOf = Effect.fnUntraced(function*({ client, run }: World, name: string) {
  const { metadata: { uid } } = yield* run(name)
  const { items } = yield* eventually(
    "its pod to run",
    client.list(PodKind, { namespace, labelSelector: `${runUidLabel}=${uid}` }),
    ({ items }) => items.some(({ status }) => status?.phase === "Running")
  )
  return { name: items[0]?.metadata.name ?? "", node: items[0]?.spec.nodeName }
})

/** What the controller of nodes does about one that is silent: the node's and its pods' readiness are unknown, and nothing new goes there. */
const silent = Effect.fnUntraced(function*({ client }: World, node: string, pod: string) {
  yield* client.patchStatus(NodeKind, { name: node }, {
    type: "strategic",
    body: { status: { conditions: [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown" }] } }
  })
  yield* client.patch(NodeKind, { name: node }, {
    type: "merge",
    body: { spec: { taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule" }] } }
  })
  yield* client.patchStatus(PodKind, { name: pod, namespace }, {
    type: "strategic",
    body: { status: { conditions: [{ type: "Ready", status: "False" }] } }
  })
})

const level = { metadata: { name: "few" }, apiVersion: "flowcontrol.apiserver.k8s.io/v1" }

/** A level with one seat, for what the orchestrator writes. */
const starved = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      ...level,
      kind: "PriorityLevelConfiguration",
      spec: {
        type: "Limited",
        limited: {
          nominalConcurrencyShares: 0,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: "Reject" }
        }
      }
    },
    {
      ...level,
      kind: "FlowSchema",
      spec: {
        matchingPrecedence: 50,
        priorityLevelConfiguration: { name: "few" },
        rules: [{
          subjects: [{ kind: "ServiceAccount", serviceAccount: { name: "orchestrator", namespace } }],
          resourceRules: [{
            verbs: ["create", "update", "patch"],
            apiGroups: ["", "batch", "orchestrator.platform"],
            resources: ["*"],
            namespaces: [namespace]
          }]
        }]
      }
    }
  ]
}

/** Takes the seat, by requests whose bodies do not come. */
const occupy = (token: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const held = request(`${controlPlane().server}/api/v1/namespaces/${namespace}/configmaps`, {
        agent: false,
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "content-length": 10 },
        ca: readFileSync(join(controlPlane().folder, "pki/ca.crt"))
      })
      held.on("error", () => {})
      held.on("response", (answer) => answer.resume())
      held.flushHeaders()
      return held
    }),
    (held) => Effect.sync(() => held.destroy())
  )

const deliver = async (url: string, secret: string) => {
  const body = JSON.stringify({ zen: "Keep it logically awesome." })
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`
  const headers = { "content-type": "application/json", "x-github-event": "ping", "x-hub-signature-256": signature }
  return (await fetch(`${url}/webhook/github`, { method: "POST", headers, body })).status
}

export const troubles: ReadonlyArray<Trouble> = [
  {
    title: "The model's key is refused",
    symptom: "Runs fail within seconds of their start, whoever asks for them.",
    alerts: ["OrchestratorAttemptsFail"],
    begin: (world) =>
      Effect.suspend(() => {
        world.model.keyIsGood = false
        return Effect.andThen(three(world, "key"), threeAre(world, "key", "Failed"))
      }),
    commands: [
      { command: doctor, says: [/3 runs? of \d+ .* failed \(SetupFailed\)/, /API Error: 401.*invalid x-api-key/] },
      { command: eventsOf("key-1"), says: [/Warning +SetupFailed/, /401/] }
    ],
    cause: "The model API answers 401: the key in the Secret `orchestrator-secrets` was revoked.",
    mend:
      "Put a valid key into the Secret; nothing has to be restarted. Whoever may read the Secret has `orchestrator doctor` try it: the line `model key`. Then `orchestrator retry` the runs.",
    end: ({ model }) =>
      Effect.suspend(() => {
        model.keyIsGood = true
        return forget("key-1", "key-2", "key-3")
      })
  },
  {
    title: "An image is missing",
    symptom: "A run is Running, and its agent does not begin.",
    alerts: ["OrchestratorImagePullFails"],
    begin: (world) =>
      Effect.andThen(
        world.create("image-1", "image", { image: "registry.example.com/agents/typo:1" }),
        Effect.andThen(world.until("image-1", "Blocked"), tells(world, /cause="ImagePullBackOff"/))
      ),
    commands: [
      {
        command: doctor,
        says: [/1 run cannot go on \(ImagePullBackOff\)/, /registry\.example\.com\/agents\/typo:1/, /image pull/]
      },
      { command: eventsOf("image-1"), says: [/Warning +Blocked/, /registry\.example\.com\/agents\/typo:1/] }
    ],
    cause: "The run's image does not exist in its registry: a typing error in `spec.image`.",
    mend:
      "Correct `spec.image`, or `agent.image` of the installation where every run is held; a private registry wants `agent.imagePullSecrets`. Then raise `spec.contextVersion`.",
    end: () => forget("image-1")
  },
  {
    title: "A node is gone",
    symptom: "A run is Running, and nothing is heard of its agent.",
    alerts: ["OrchestratorNodeAway"],
    begin: (world) =>
      Effect.gen(function*() {
        yield* world.create("node-1", "node", { env: { DEMO_AGENT_SECONDS: "120" } })
        yield* world.until("node-1", "AgentRunning")
        const { name, node } = yield* podOf(world, "node-1")
        yield* world.stopNode(node === "node-b" ? "node-b" : "node-a")
        yield* silent(world, node ?? "", name)
        yield* tells(world, /cause="NodeNotReady"/)
      }),
    commands: [
      { command: doctor, says: [/fail +nodes +NODE is not ready/, /1 run cannot go on \(NodeNotReady\)/] },
      { command: eventsOf("node-1"), says: [/Warning +NodeNotReady/] }
    ],
    cause:
      "The machine is off. Its agent may still be at work as far as anybody knows, so no other may have its workspace.",
    mend:
      "Bring it back. Where it is off for good, say so to the cluster, by `kubectl delete node`, the taint that the line names, or `kubectl delete pod --force`: the run then goes on by itself on another node.",
    end: (world) =>
      Effect.gen(function*() {
        const { name, node } = yield* podOf(world, "node-1")
        yield* forget("node-1")
        yield* admin("delete", "pod", name, "-n", namespace, "--force", "--grace-period=0", "--ignore-not-found")
        const back = node === "node-b" ? "node-b" : "node-a"
        yield* admin("delete", "node", back)
        yield* world.startNode(back)
      })
  },
  {
    title: "A quota is used up",
    symptom: "Runs stay Pending although no limit of the orchestrator is reached.",
    alerts: ["OrchestratorRunsWait"],
    // A quota refuses with 403.
    mayFire: ["OrchestratorApiServerRefuses"],
    lastsMinutes: 40,
    begin: (world) =>
      Effect.gen(function*() {
        yield* apply({
          apiVersion: "v1",
          kind: "ResourceQuota",
          metadata: { name: "agents", namespace },
          spec: { hard: { "count/jobs.batch": "0" } }
        })
        yield* eventually(
          "the quota to count",
          admin("get", "-n", namespace, "quota", "agents", "-o", "jsonpath={.status.used}"),
          (used) => used !== ""
        )
        yield* world.create("quota-1", "quota")
        yield* world.until("quota-1", "WaitingForCapacity")
        yield* tells(world, /waits_for="cluster"/)
      }),
    commands: [
      { command: doctor, says: [/1 run cannot go on \(QuotaExceeded\)/, /agents is used up: count\/jobs\.batch/] },
      { command: "kubectl describe resourcequota agents", says: [/count\/jobs\.batch/] }
    ],
    cause: "The ResourceQuota of the namespace has no room for another Job.",
    mend: "Raise it, or wait for other runs to end. The run starts by itself.",
    end: (world) =>
      Effect.andThen(
        admin("delete", "quota", "agents", "-n", namespace),
        Effect.andThen(world.until("quota-1", "Succeeded"), forget("quota-1"))
      )
  },
  {
    title: "A webhook's secret is wrong",
    symptom: "Comments and labels on the forge start nothing.",
    alerts: ["OrchestratorWebhookRefused"],
    begin: ({ url }) =>
      Effect.promise(async () => {
        for (let count = 0; count < 3; count++) await deliver(url, "another-obviously-fake-secret")
      }),
    commands: [{
      command: doctor,
      says: [/fail +webhooks +github refused the last 3 deliveries, with 403/, /webhook\.github/]
    }],
    cause: "The forge signs with another secret than the file `webhook.github` of the events' Secret has.",
    mend:
      "Enter the same secret on both sides. While it is changed the file may have both, one a line. The forge's page of deliveries sends them again.",
    end: ({ url }) => Effect.promise(() => deliver(url, "obviously-fake-webhook-secret"))
  },
  {
    title: "The forge does not answer",
    symptom: "Runs fail before their agents begin, all of one forge.",
    alerts: ["OrchestratorAttemptsFail"],
    begin: (world) =>
      Effect.andThen(
        three(world, "forge", { repositoryUrl: "https://forge.invalid/acme/api.git" }),
        threeAre(world, "forge", "Failed")
      ),
    commands: [
      { command: doctor, says: [/failed \(SetupFailed\)/, /forge\.invalid/] },
      { command: eventsOf("forge-1"), says: [/Warning +SetupFailed/, /forge\.invalid/] }
    ],
    cause: "The forge's name is not found: it is down, has moved, or the network does not let agents there.",
    mend:
      "See whether it answers from a pod with the labels of an agent; `networkPolicy.agent` bounds where those reach. When it is back, `orchestrator retry` the runs.",
    end: () => forget("forge-1", "forge-2", "forge-3")
  },
  {
    title: "The bucket is full",
    symptom: "Runs succeed, and their logs and diffs are gone with their pods.",
    alerts: ["OrchestratorEvidenceFails"],
    begin: (world) =>
      Effect.gen(function*() {
        world.bucket.full = true
        yield* world.create("bucket-1", "bucket")
        yield* world.until("bucket-1", "Succeeded")
      }),
    commands: [
      { command: doctor, says: [/warn +evidence/, /XMinioStorageFull/] },
      {
        command: "kubectl get coderun bucket-1 -o jsonpath='{.status.message}'",
        says: [/evidence was not kept/, /XMinioStorageFull/]
      }
    ],
    cause: "The bucket of `evidence.bucket` has no room: the server's own words are in the message of each run.",
    mend:
      "Make room: `evidence.retention.days` and `evidence.retention.mebibytes` have the orchestrator remove the oldest. What was not kept is lost; the runs' work is pushed.",
    end: ({ bucket }) =>
      Effect.suspend(() => {
        bucket.full = false
        return forget("bucket-1")
      })
  },
  {
    title: "A clock is off",
    symptom: "Times of runs lie in the future; an App's tokens or a bucket's signatures are refused.",
    alerts: ["OrchestratorClockOff"],
    begin: (world) =>
      Effect.andThen(
        Effect.sync(() => world.stepClock(300)),
        tells(world, /^orchestrator_clock_offset_seconds (?:29\d|30\d)/m)
      ),
    commands: [{
      command: doctor,
      says: [
        /fail +server clock +the orchestrator's clock is N s ahead of the API server's/,
        /fail +clock +this machine and the server differ/
      ]
    }],
    cause: "The clock of the orchestrator's node is five minutes ahead: both this machine and the API server say so.",
    mend: "Synchronize that node's clock. Leadership and timeouts go by another clock, so nothing has to be restarted.",
    end: (world) =>
      Effect.andThen(
        Effect.sync(() => world.stepClock(0)),
        tells(world, /^orchestrator_clock_offset_seconds -?[0-5]$/m)
      )
  },
  {
    title: "The API server throttles",
    symptom: "Everything is slow: runs start and end late.",
    alerts: ["OrchestratorApiServerRefuses"],
    begin: (world) =>
      Effect.gen(function*() {
        yield* apply(starved)
        const token = tokenOf("orchestrator")
        yield* Effect.forkScoped(Effect.forever(Effect.andThen(occupy(token), Effect.sleep("500 millis"))))
        yield* Effect.sleep("3 seconds")
        yield* world.create("slow-1", "slow")
        yield* tells(world, /orchestrator_kubernetes_requests_total\{[^}]*code="429"[^}]*\} (?:[3-9]|\d\d)/)
      }),
    commands: [
      { command: doctor, says: [/requests +of N requests to the API server in 10 minutes M were throttled with 429/] },
      { command: "kubectl get coderun slow-1", says: [/slow-1/] }
    ],
    cause: "A FlowSchema puts what the orchestrator writes into a level of Priority and Fairness without room.",
    mend:
      "Give the orchestrator's service account a level with room, or look who fills the one that it has. It asks as often as the server wishes, and everything goes on by itself.",
    end: (world) =>
      Effect.gen(function*() {
        yield* admin("delete", "flowschema/few", "prioritylevelconfiguration/few")
        yield* world.until("slow-1", "Succeeded")
        yield* forget("slow-1")
        // What it remembers of ten minutes is no part of the next trouble.
        yield* world.restart
      })
  },
  {
    title: "Nobody leads",
    symptom: "Runs neither start nor end; agents at work go on.",
    alerts: ["OrchestratorNoLeader", "OrchestratorApiServerRefuses"],
    begin: (world) =>
      Effect.andThen(
        leaseVerbs(["get", "list", "watch"]),
        Effect.andThen(Effect.sleep("8 seconds"), tells(world, /^orchestrator_leader 0/m))
      ),
    commands: [
      {
        command: doctor,
        says: [/fail +leader +nobody leads/, /cannot renew the lease|cannot acquire the lease/, /update leases/]
      },
      {
        command:
          "kubectl get lease orchestrator-controller -o custom-columns=HOLDER:.spec.holderIdentity,RENEWED:.spec.renewTime",
        says: [/orchestrator/]
      }
    ],
    cause:
      "The role `orchestrator-leader` had lost the verb `update`: whoever led could not renew the Lease, and stopped acting in time.",
    mend:
      "`helm upgrade` writes the chart's roles anew; where `rbac.create` is false, grant what the line `rights` names. Leading begins by itself within seconds.",
    end: (world) =>
      Effect.andThen(leaseVerbs(["get", "list", "watch", "update"]), tells(world, /^orchestrator_leader 1/m))
  }
]
