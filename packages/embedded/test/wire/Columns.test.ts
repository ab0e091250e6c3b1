import { assert, describe, it } from "@effect/vitest"
import { definitionOf } from "@orchestrator/domain/CustomResourceDefinition"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { CodeRunKind, ConfigMapKind, type Kind, kinds } from "@orchestrator/k8s/Kinds"
import type { ContainerStatus, Job, ObjectCondition, Pod, PodStatus } from "@orchestrator/k8s/Objects"
import type { ServedKind } from "../../src/kinds/ServedKinds.ts"
import { columnsOf } from "../../src/wire/Columns.ts"
import { customColumns } from "../../src/wire/columns/CustomColumns.ts"
import { jobStatus } from "../../src/wire/columns/JobColumns.ts"
import { podStatus } from "../../src/wire/columns/PodColumns.ts"
import { tableOf } from "../../src/wire/Table.ts"

const now = 100_000
const created = "1970-01-01T00:00:40Z"

const container = (name: string) => ({ name, image: "image" })

const pod = (status: PodStatus, metadata: Pod["metadata"] = { name: "p" }, sidecar = false): Pod => ({
  metadata,
  spec: {
    initContainers: [{ ...container("init"), ...(sidecar ? { restartPolicy: "Always" } : {}) }],
    containers: [container("main")]
  },
  status
})

const statusOf = (
  name: string,
  state: ContainerStatus["state"],
  more: Partial<ContainerStatus> = {}
): ContainerStatus => ({
  name,
  ready: false,
  restartCount: 0,
  ...(state === undefined ? {} : { state }),
  ...more
})

const initDone = [statusOf("init", { terminated: { exitCode: 0, reason: "Completed" } })]

describe("podStatus", () => {
  it.each<{ name: string; given: Pod; want: string }>([
    { name: "nothing known", given: pod({}), want: "Unknown" },
    { name: "pending", given: pod({ phase: "Pending" }), want: "Pending" },
    {
      name: "its init container runs",
      given: pod({ phase: "Pending", initContainerStatuses: [statusOf("init", { running: {} })] }),
      want: "Init:0/1"
    },
    {
      name: "its init container's image cannot be pulled",
      given: pod({
        phase: "Pending",
        initContainerStatuses: [statusOf("init", { waiting: { reason: "ErrImagePull" } })]
      }),
      want: "Init:ErrImagePull"
    },
    {
      name: "its init container failed",
      given: pod({ phase: "Failed", initContainerStatuses: [statusOf("init", { terminated: { exitCode: 3 } })] }),
      want: "Init:ExitCode:3"
    },
    {
      name: "its containers are being made",
      given: pod({
        phase: "Pending",
        initContainerStatuses: initDone,
        containerStatuses: [statusOf("main", { waiting: { reason: "PodInitializing" } })]
      }),
      want: "PodInitializing"
    },
    {
      name: "running",
      given: pod({
        phase: "Running",
        initContainerStatuses: initDone,
        containerStatuses: [statusOf("main", { running: {} })]
      }),
      want: "Running"
    },
    {
      name: "running beside a sidecar",
      given: pod(
        {
          phase: "Running",
          initContainerStatuses: [statusOf("init", { running: {} }, { started: true })],
          containerStatuses: [statusOf("main", { running: {} })]
        },
        { name: "p" },
        true
      ),
      want: "Running"
    },
    {
      name: "out of memory",
      given: pod({
        phase: "Failed",
        initContainerStatuses: initDone,
        containerStatuses: [statusOf("main", { terminated: { exitCode: 137, reason: "OOMKilled" } })]
      }),
      want: "OOMKilled"
    },
    {
      name: "done",
      given: pod({
        phase: "Succeeded",
        initContainerStatuses: initDone,
        containerStatuses: [statusOf("main", { terminated: { exitCode: 0, reason: "Completed" } })]
      }),
      want: "Completed"
    },
    { name: "evicted", given: pod({ phase: "Failed", reason: "Evicted" }), want: "Evicted" },
    {
      name: "being deleted",
      given: pod({ phase: "Running" }, { name: "p", deletionTimestamp: created }),
      want: "Terminating"
    }
  ])("$name: $want", ({ given, want }) => {
    assert.strictEqual(podStatus(given), want)
  })
})

const job = (...types: ReadonlyArray<string>): Job => ({
  metadata: { name: "j", creationTimestamp: created },
  spec: { completions: 1, template: { spec: { containers: [container("main")] } } },
  status: {
    startTime: "1970-01-01T00:00:50Z",
    conditions: types.map((type): ObjectCondition => ({
      type,
      status: "True",
      lastTransitionTime: "1970-01-01T00:01:00Z"
    }))
  }
})

describe("jobStatus", () => {
  it.each([
    { types: [], want: "Running" },
    { types: ["SuccessCriteriaMet"], want: "SuccessCriteriaMet" },
    { types: ["SuccessCriteriaMet", "Complete"], want: "Complete" },
    { types: ["FailureTarget"], want: "FailureTarget" },
    { types: ["FailureTarget", "Failed"], want: "Failed" },
    { types: ["Suspended"], want: "Suspended" }
  ])("$types is $want", ({ types, want }) => {
    assert.strictEqual(jobStatus(job(...types)), want)
  })
})

const served = (kind: Kind): ServedKind => ({
  kind,
  resource: `${kind.group}/${kind.plural}`,
  schema: {}
})

const rowOf = (plural: string, object: Pod | Job | object): Record<string, unknown> => {
  const kind = kinds.find((kind) => kind.plural === plural) ?? ConfigMapKind
  const columns = columnsOf(served(kind))
  const row = columns.row({ metadata: { name: "x", creationTimestamp: created }, ...object }, now)
  return Object.fromEntries(columns.definitions.map(({ name }, index) => [name, row[index]]))
}

describe("rows of built-in kinds", () => {
  it.each([
    {
      plural: "pods",
      object: pod({
        phase: "Running",
        podIP: "10.0.0.1",
        initContainerStatuses: initDone,
        containerStatuses: [
          statusOf("main", { running: {} }, {
            ready: true,
            restartCount: 2,
            lastState: { terminated: { exitCode: 1, finishedAt: "1970-01-01T00:01:10Z" } }
          })
        ]
      }),
      want: { Ready: "1/1", Status: "Running", Restarts: "2 (30s ago)", IP: "10.0.0.1", Node: "<none>" }
    },
    { plural: "jobs", object: job(), want: { Completions: "0/1", Duration: "50s", Age: "60s", Images: "image" } },
    { plural: "jobs", object: job("Failed"), want: { Status: "Failed", Duration: "10s" } },
    { plural: "configmaps", object: { data: { a: "1" }, binaryData: { b: "" } }, want: { Data: 2, Age: "60s" } },
    {
      plural: "secrets",
      object: { data: { a: "" }, type: "kubernetes.io/tls" },
      want: { Type: "kubernetes.io/tls", Data: 1 }
    },
    {
      plural: "persistentvolumeclaims",
      object: {
        spec: { volumeName: "v", storageClassName: "local" },
        status: { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } }
      },
      want: { Status: "Bound", Volume: "v", Capacity: "1Gi", "Access Modes": "RWO", StorageClass: "local" }
    },
    {
      plural: "events",
      object: {
        involvedObject: { kind: "Pod", name: "p" },
        type: "Warning",
        reason: "Failed",
        message: "no image\n",
        lastTimestamp: "1970-01-01T00:01:30Z",
        eventTime: null,
        count: 3
      },
      want: { "Last Seen": "10s", Object: "pod/p", Message: "no image", Count: 3, Name: "x" }
    },
    { plural: "leases", object: { spec: { holderIdentity: "me" } }, want: { Holder: "me" } },
    {
      plural: "nodes",
      object: {
        metadata: { name: "n", labels: { "node-role.kubernetes.io/agent": "" } },
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: "Ready", status: "True" }],
          addresses: [{ type: "InternalIP", address: "10.0.0.9" }]
        }
      },
      want: { Status: "Ready,SchedulingDisabled", Roles: "agent", "Internal-IP": "10.0.0.9", Age: "<unknown>" }
    },
    { plural: "namespaces", object: { status: { phase: "Terminating" } }, want: { Status: "Terminating" } },
    { plural: "serviceaccounts", object: {}, want: { Name: "x", Age: "60s" } },
    {
      plural: "customresourcedefinitions",
      object: { ...definitionOf(runKinds.CodeRun), metadata: { name: "x", creationTimestamp: created } },
      want: {
        Scope: "Namespaced",
        Versions: "v1",
        "Created At": created,
        Kind: "CodeRun",
        ShortNames: "cr",
        Established: false
      }
    }
  ])("$plural", ({ object, plural, want }) => {
    assert.deepInclude(rowOf(plural, object), want)
  })
})

describe("rows of custom kinds", () => {
  const version = definitionOf(runKinds.CodeRun).spec.versions[0]
  const codeRuns: ServedKind = {
    ...served(CodeRunKind),
    definition: { name: "coderuns", columns: version?.additionalPrinterColumns ?? [], selectableFields: [] }
  }

  it("are what the definition says, the wide ones with their priority", () => {
    const { definitions, row } = columnsOf(codeRuns)
    const run = {
      metadata: { name: "x", creationTimestamp: created },
      spec: { taskId: 5, service: "api", model: "m" },
      status: { phase: "Running", contextVersion: 2 }
    }
    const shown = definitions.map(({ name, priority }, index) => [name, priority, row(run, now)[index]])
    assert.deepStrictEqual(shown.slice(0, 6), [
      ["Name", 0, "x"],
      ["Task", 0, 5],
      ["Service", 0, "api"],
      ["Model", 0, "m"],
      ["Phase", 0, "Running"],
      ["Age", 0, "60s"]
    ])
    assert.deepInclude(shown, ["Attempt", 1, 2])
    assert.deepInclude(shown, ["PR", 1, null])
  })

  it.each([
    { type: "string", value: { a: 1 }, want: `{"a":1}` },
    { type: "integer", value: 2.7, want: 2 },
    { type: "integer", value: "2", want: null },
    { type: "number", value: 2.5, want: 2.5 },
    { type: "boolean", value: false, want: false },
    { type: "boolean", value: "false", want: null },
    { type: "date", value: created, want: "60s" },
    { type: "date", value: 5, want: null }
  ])("a $type of $value", ({ type, value, want }) => {
    const [, column] = customColumns([{ name: "X", type, jsonPath: ".spec.x" }])
    const object = { metadata: {}, spec: { x: value } }
    assert.deepStrictEqual(column?.cell(object, now), want)
  })

  it("show the age where the definition has no columns", () => {
    assert.deepStrictEqual(customColumns([]).map(({ name }) => name), ["Name", "Age"])
  })
})

describe("tableOf", () => {
  const input = {
    columns: columnsOf(served(ConfigMapKind)),
    objects: [{ metadata: { name: "x" }, data: { a: "1" } }],
    metadata: { resourceVersion: "7" },
    now,
    version: "v1"
  }

  it.each(
    [
      { include: "None", want: undefined },
      {
        include: "Metadata",
        want: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "x" } }
      },
      { include: "Object", want: { metadata: { name: "x" }, data: { a: "1" } } }
    ] as const
  )("carries $include", ({ include, want }) => {
    const table = tableOf({ ...input, include, headings: true })
    const object = want === undefined ? {} : { object: want }
    assert.deepInclude(table, { kind: "Table", rows: [{ cells: ["x", 1, "<unknown>"], ...object }] })
  })

  it("says the headings only when asked", () => {
    assert.deepInclude(tableOf({ ...input, include: "None", headings: false }), { columnDefinitions: null })
  })
})
