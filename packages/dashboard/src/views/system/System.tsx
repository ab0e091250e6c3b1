/** How the installation is: what is amiss first, then who leads, what is kept, what limits there are, and what forges have sent. */
import type { Installation } from "@orchestrator/client/promises/Orchestrator"
import { type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { figure } from "../../show/Figures.ts"
import { deliveryTone, findingWords, isReached, toneOf, usedOf, worstFirst } from "../../show/Installations.ts"
import { createFresh } from "../../store/Fresh.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { Answer } from "../../widgets/Answer.tsx"
import { Badge } from "../../widgets/Badge.tsx"
import { Freshness } from "../../widgets/Freshness.tsx"
import { Section } from "../../widgets/Section.tsx"
import { type Column, Table } from "../../widgets/Table.tsx"
import { Time } from "../../widgets/Time.tsx"
import { View } from "../../widgets/View.tsx"
import "./System.css"

type Finding = Installation["findings"][number]
type Cache = Installation["caches"][number]
type Limit = Installation["limits"][number]
type Replica = NonNullable<Installation["replicas"]>[number]
type Delivery = NonNullable<Installation["deliveries"]>[number]

const findingColumns: ReadonlyArray<Column<Finding>> = [
  { name: "State", cell: (finding) => <Badge tone={toneOf(finding)}>{findingWords[finding.status]}</Badge> },
  { name: "Check", cell: ({ check }) => check },
  {
    name: "Found",
    cell: ({ found, next }) => (
      <>
        <div>{found}</div>
        <Show when={next}>
          <pre class="faint">{next}</pre>
        </Show>
      </>
    )
  }
]

const replicaColumns: ReadonlyArray<Column<Replica>> = [
  { name: "Pod", cell: ({ name }) => <span class="mono">{name}</span> },
  {
    name: "State",
    cell: ({ phase, ready }) => <Badge tone={ready ? "good" : "warn"}>{ready ? "Ready" : phase}</Badge>
  },
  { name: "Age", cell: ({ startedAt }) => <Time at={startedAt} /> },
  { name: "Restarts", cell: ({ restarts }) => restarts, isNumber: true },
  { name: "Node", cell: ({ node }) => node ?? "—" },
  { name: "Image", cell: ({ image }) => <span class="mono">{image ?? "—"}</span> }
]

const cacheColumns: ReadonlyArray<Column<Cache>> = [
  { name: "Kind", cell: ({ kind }) => kind },
  { name: "Objects", cell: ({ objects }) => figure(objects), isNumber: true },
  { name: "Listed", cell: ({ listedAt }) => <Time at={listedAt} suffix="ago" /> },
  { name: "Last change", cell: ({ changedAt }) => <Time at={changedAt} suffix="ago" /> },
  {
    name: "State",
    cell: ({ listedAt, problem }) =>
      problem === undefined
        ? (
          <Badge tone={listedAt === undefined ? "calm" : "good"}>
            {listedAt === undefined ? "Not listed" : "Followed"}
          </Badge>
        )
        : <Badge tone="bad">{problem}</Badge>
  }
]

const limitColumns: ReadonlyArray<Column<Limit>> = [
  { name: "Limit", cell: ({ name }) => <span class="mono">{name}</span> },
  { name: "Of", cell: ({ of }) => of ?? <span class="faint">Everybody</span> },
  {
    name: "Used of it",
    cell: (limit) => isReached(limit) ? <Badge tone="warn">{`${usedOf(limit)}, reached`}</Badge> : usedOf(limit),
    isNumber: true
  }
]

const deliveryColumns: ReadonlyArray<Column<Delivery>> = [
  { name: "Came", cell: ({ at }) => <Time at={at} suffix="ago" /> },
  { name: "Webhook", cell: ({ webhook }) => webhook },
  { name: "Event", cell: ({ event }) => event ?? "—" },
  { name: "Answer", cell: (delivery) => <Badge tone={deliveryTone(delivery)}>{delivery.status}</Badge> },
  { name: "Verdict", cell: ({ verdict }) => verdict },
  { name: "Delivery", cell: ({ id }) => <span class="mono faint">{id ?? "—"}</span> }
]

const Fact = (props: { readonly name: string; readonly children: JSX.Element }): JSX.Element => (
  <div class="card">
    <dt class="faint">{props.name}</dt>
    <dd>{props.children}</dd>
  </div>
)

const Facts = (props: { readonly of: Installation }): JSX.Element => (
  <dl class="installation">
    <Fact name="API server">
      <Badge tone={props.of.apiServer.reachable ? "good" : "bad"}>
        {props.of.apiServer.reachable
          ? `Answers in ${Math.max(1, props.of.apiServer.latencyMillis)} ms`
          : props.of.apiServer.problem ?? "Does not answer"}
      </Badge>
    </Fact>
    <Fact name="Leader">
      <Show when={props.of.leader} fallback={<span class="faint">Not known</span>}>
        {(leader) => (
          <>
            <div class="mono">{leader().identity === "" ? "Nobody" : leader().identity}</div>
            <div class="faint">
              {leader().isThisReplica ? "The replica that answers; since " : "Another replica; since "}
              <Time at={leader().since} suffix="ago" />
            </div>
          </>
        )}
      </Show>
    </Fact>
    <Fact name="This replica">
      <div class="mono">{props.of.identity ?? "—"}</div>
      <div class="faint">
        started <Time at={props.of.startedAt} suffix="ago" />
      </div>
    </Fact>
    <Fact name="Versions">
      <div>Orchestrator {props.of.version}</div>
      <div>Kubernetes {props.of.apiServer.version ?? "—"}</div>
    </Fact>
    <Fact name="Namespace">
      <span class="mono">{props.of.namespace}</span>
    </Fact>
  </dl>
)

const Rows = <A extends object>(props: {
  readonly title: string
  readonly note?: string
  readonly columns: ReadonlyArray<Column<A>>
  readonly rows: ReadonlyArray<A> | undefined
  /** Where there are none. */
  readonly none: string
  /** Where the server does not tell. */
  readonly hidden?: string
}): JSX.Element => (
  <Section title={props.title} note={props.note}>
    <Show when={props.rows} fallback={<p class="faint">{props.hidden}</p>}>
      {(rows) => (
        <Show when={rows().length > 0} fallback={<p class="faint">{props.none}</p>}>
          <Table caption={props.title} columns={props.columns} rows={rows()} />
        </Show>
      )}
    </Show>
  </Section>
)

const System = (): JSX.Element => {
  const api = useApi()
  const found = createFresh((signal) => api.installation({ signal }), useLiveRuns().runs)
  return (
    <View title="System" actions={<Freshness of={found} />}>
      <Answer of={found} what="the installation">
        {(it) => (
          <>
            <Facts of={it()} />
            <Rows
              title="Findings"
              columns={findingColumns}
              rows={worstFirst(it().findings)}
              none="Nothing was looked at."
            />
            <Rows
              title="Replicas"
              columns={replicaColumns}
              rows={it().replicas}
              none="No pods: the program runs outside of the cluster."
              hidden="Shown to who may list pods."
            />
            <Rows
              title="Limits"
              columns={limitColumns}
              rows={it().limits}
              none="This server has no controller beside it."
            />
            <Rows
              title="Caches"
              note="Of the replica that answers: each keeps its own."
              columns={cacheColumns}
              rows={it().caches}
              none="This server has no controller beside it."
            />
            <Rows
              title="Webhook deliveries"
              note="To the replica that answers, since its start: the last 100, and the last 20 that it refused."
              columns={deliveryColumns}
              rows={it().deliveries}
              none="None has come. Webhooks are set up as docs/guides/events.md says: a secret on both sides, and the forge's address for them."
              hidden="Shown to who may list runs."
            />
          </>
        )}
      </Answer>
    </View>
  )
}

// The router loads views by their default export.
export default System
