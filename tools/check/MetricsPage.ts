/** The page of metrics: every family that a package tells, with its labels. */
import { controllerMetrics } from "@orchestrator/controller/telemetry/Metrics"
import type { MetricFamily } from "@orchestrator/domain/MetricFamily"
import { httpMetrics } from "@orchestrator/http/services/Metrics"
import { kubernetesMetrics } from "@orchestrator/k8s/Metrics"
import { table } from "./MarkdownTable.ts"

/** Every metric of the product. */
export const metricFamilies: ReadonlyArray<MetricFamily> = [...controllerMetrics, ...kubernetesMetrics, ...httpMetrics]

const labelsOf = ({ labels }: MetricFamily): string => Object.keys(labels).map((label) => `\`${label}\``).join(", ")

const families = (all: ReadonlyArray<MetricFamily>) =>
  table(
    ["metric", "type", "labels", "tells"],
    all.map((family) => [`\`${family.name}\``, family.type, labelsOf(family), family.help])
  )

/** By label, and by what its values are: the same label means the same nearly everywhere. */
const labelRows = [
  ...new Map(
    metricFamilies.flatMap(({ labels, name }) =>
      Object.entries(labels).map(([label, values]) => [`${label}\n${values}`, { label, values, name }] as const)
    )
  ).values()
]
const ambiguous = (label: string) => labelRows.filter((row) => row.label === label).length > 1

const labels = table(
  ["label", "values"],
  labelRows.map(({ label, name, values }) => [
    ambiguous(label) ? `\`${label}\` (of \`${name}\`)` : `\`${label}\``,
    values
  ])
)

export const metricsPage = `# Metrics

Made by \`npm run generate\` from the \`Metrics.ts\` of each package.

Each replica tells them at \`/metrics\`: on the port \`server.metricsPort\` (\`METRICS_PORT\`; the chart's Service \`NAME-metrics\`, port 9090), without
authentication, for whoever the NetworkPolicy lets reach it; without such a port beside the API. Agents' pods are never scraped: what a broker
counted comes with its report, at the end of its attempt.

- What runs do is told by the replica that leads, which is the one that writes their status: sums over replicas are right. Of requests,
  watches, webhooks and queues each replica tells its own.
- Counters begin anew with each process, as Prometheus' \`rate\` and \`increase\` expect. They count at changes of phase and at the end of attempts.
  A status that was written although its answer was lost is not counted.
- Gauges over runs are worked out from the caches when they are scraped.
- Labels have few values. Of users, services, models and workspaces the 50 that matter most have series, the others are summed as \`other\`; no
  label has a run's name, a message or a prompt.

## Runs

${families(controllerMetrics)}

## Kubernetes

${families(kubernetesMetrics)}

## HTTP API and webhooks

${families(httpMetrics)}

## Labels

${labels}

[Alerts](runbooks/README.md) are made of these, and so is the dashboard (\`chart/files/dashboard.json\`).
`
