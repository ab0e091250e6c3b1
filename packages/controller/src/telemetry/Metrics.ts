/**
 * What is counted of runs; docs/metrics.md is made from it. Labels have few values: never a run's name, never a text of a requester but
 * those of which the most important are shown and the others summed as `other`.
 */
import {
  counterFamily,
  gaugeFamily,
  histogramFamily,
  type LabelValues,
  type MetricFamily
} from "@orchestrator/domain/MetricFamily"

const kind = "CodeRun or DocsRun"
const reason = "of the status, as in docs/guides/reasons.md; `other` where an older version wrote it"
const phase = "Pending, Running, Succeeded, Failed or Cancelled"

/** How many users, services, models and workspaces have series of their own. */
export const mostLabels = 50

const top = (what: string) => `${what}: the ${mostLabels} that matter most, and \`other\``
const token = "input, output, cache_read or cache_write"

export const reconciles = counterFamily({
  name: "orchestrator_reconciles_total",
  help: "Rounds of the controller by the rule that decided",
  labels: { rule: "a rule of packages/controller/src/decide/Plan.ts" }
})

export const runs = gaugeFamily({
  name: "orchestrator_runs",
  help: "Runs that there are, as their status says",
  labels: { kind, phase, reason }
})

export const phaseChanges = counterFamily({
  name: "orchestrator_run_phase_changes_total",
  help: "Changes of the phase or the reason of runs, by what they changed to",
  labels: { kind, phase, reason }
})

export const attempts = counterFamily({
  name: "orchestrator_attempts_total",
  help: "Attempts that have ended, by outcome and reason; a run that goes on by itself has several",
  labels: { kind, outcome: "Succeeded, Failed or Cancelled", reason }
})

const longBoundaries = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400]

export const waitSeconds = histogramFamily({
  name: "orchestrator_run_wait_seconds",
  help: "Time from a run's creation to the Job of its first attempt",
  labels: { kind },
  boundaries: longBoundaries
})

export const startSeconds = histogramFamily({
  name: "orchestrator_attempt_start_seconds",
  help: "Time from an attempt's Job to the begin of its agent: scheduling, volumes, images",
  labels: { kind },
  boundaries: [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800]
})

export const agentSeconds = histogramFamily({
  name: "orchestrator_attempt_agent_seconds",
  help: "Time that an attempt's agent worked",
  labels: { kind },
  boundaries: longBoundaries
})

export const deliverySeconds = histogramFamily({
  name: "orchestrator_attempt_delivery_seconds",
  help: "Time from the end of an attempt's agent to its result in the status: pull request, evidence, judgement",
  labels: { kind },
  boundaries: [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
})

export const lineRuns = gaugeFamily({
  name: "orchestrator_line_runs",
  help: "Runs that wait, by what they wait for",
  labels: {
    waits_for:
      "person (spec.suspend), hours (in which runs may start), budget, dependencies, workspace, cluster (what it refuses), start (of the pod), controller, queue (of Kueue), or the limit that is reached: activeRuns, activeRunsPerGithubUser, activeRunsPerService",
    chosen:
      "whether a person chose it, by suspending it, quiet hours, a budget, spec.dependsOn, a workspace in use, a limit or a queue: true, or false"
  }
})

export const lineOldestSeconds = gaugeFamily({
  name: "orchestrator_line_oldest_wait_seconds",
  help: "How long the run has waited that has waited longest, by what it waits for",
  labels: lineRuns.labels
})

export const budgetUsd = gaugeFamily({
  name: "orchestrator_budget_usd",
  help:
    "USD of a budget of the configuration, in the day or month that it is; of one for each user or service, whoever has used most of it",
  labels: {
    budget: "daily, monthly, dailyPerGithubUser, monthlyPerGithubUser, dailyPerService, monthlyPerService",
    state: "limit, spent, or promised (what runs that work may still spend)"
  }
})

const workspace = top("claim of the workspace")

export const workspaceLineRuns = gaugeFamily({
  name: "orchestrator_workspace_line_runs",
  help: "Runs that wait for their turn in a workspace",
  labels: { workspace }
})

export const workspaceOldestSeconds = gaugeFamily({
  name: "orchestrator_workspace_oldest_wait_seconds",
  help: "How long the run has waited that has waited longest for its turn in a workspace",
  labels: { workspace }
})

export const blockedRuns = gaugeFamily({
  name: "orchestrator_blocked_runs",
  help: "Runs that something keeps from going on which somebody may have to mend",
  labels: { cause: "reason of the condition Progressing: ImagePullBackOff, Unschedulable, QuotaExceeded, ..." }
})

export const spend = counterFamily({
  name: "orchestrator_spend_usd_total",
  help: "USD that attempts cost, counted when they end",
  labels: { kind }
})

export const modelSpend = counterFamily({
  name: "orchestrator_model_spend_usd_total",
  help: "USD that attempts cost, shared out over the models that answered by their prices",
  labels: { model: top("model") }
})

export const serviceSpend = counterFamily({
  name: "orchestrator_service_spend_usd_total",
  help: "USD that attempts cost, by service",
  labels: { service: top("`spec.service`; `none` for kinds without") }
})

export const userSpend = counterFamily({
  name: "orchestrator_user_spend_usd_total",
  help: "USD that attempts cost, by GitHub user",
  labels: { user: top("`spec.githubUser`") }
})

export const modelTokens = counterFamily({
  name: "orchestrator_model_tokens_total",
  help: "Tokens by model, as the brokers counted them",
  labels: { model: modelSpend.labels.model, type: token }
})

export const serviceTokens = counterFamily({
  name: "orchestrator_service_tokens_total",
  help: "Tokens by service, as the brokers counted them",
  labels: { service: serviceSpend.labels.service, type: token }
})

export const userTokens = counterFamily({
  name: "orchestrator_user_tokens_total",
  help: "Tokens by GitHub user, as the brokers counted them",
  labels: { user: userSpend.labels.user, type: token }
})

export const pushesRefused = counterFamily({
  name: "orchestrator_pushes_refused_total",
  help: "Pushes of agents that the broker or the remote refused",
  labels: { kind }
})

export const pullRequests = counterFamily({
  name: "orchestrator_pull_requests_total",
  help: "Pull requests that attempts delivered to, counted once a run",
  labels: { kind }
})

export const evidenceBytes = counterFamily({
  name: "orchestrator_evidence_bytes_total",
  help: "Bytes of evidence that brokers put into the bucket or volume",
  labels: { kind }
})

export const evidenceFailures = counterFamily({
  name: "orchestrator_evidence_failures_total",
  help: "Attempts whose evidence was not kept",
  labels: { kind }
})

export const controllerMetrics: ReadonlyArray<MetricFamily> = [
  reconciles,
  runs,
  phaseChanges,
  attempts,
  waitSeconds,
  startSeconds,
  agentSeconds,
  deliverySeconds,
  lineRuns,
  lineOldestSeconds,
  budgetUsd,
  workspaceLineRuns,
  workspaceOldestSeconds,
  blockedRuns,
  spend,
  modelSpend,
  serviceSpend,
  userSpend,
  modelTokens,
  serviceTokens,
  userTokens,
  pushesRefused,
  pullRequests,
  evidenceBytes,
  evidenceFailures
]

export type LineLabels = LabelValues<"waits_for" | "chosen">
