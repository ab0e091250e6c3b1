/** What would come of the task as it is written now; nothing is done. */
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { For, type JSX, Show } from "solid-js"
import { planEntries, verdictOf } from "../../show/task/PlanWords.ts"
import { Banner } from "../../widgets/Banner.tsx"
import { CopyButton } from "../../widgets/CopyButton.tsx"
import { FileText } from "../run/FileText.tsx"

interface PlanProps {
  readonly plan: RunPlan | undefined
  readonly isPending: boolean
  /** Why there is none, where something is still to be written. */
  readonly waitsFor: string | undefined
  /** What went wrong, where it is not at a field. */
  readonly problem: JSX.Element
}

const Missing = (props: { readonly plan: RunPlan }): JSX.Element => (
  <For each={props.plan.missing}>
    {({ consequence, fix, kind, name, state }) => (
      <Banner tone="warn">
        <p>
          <strong>
            {kind} <bdi class="mono">{name}</bdi> {state === "missing" ? "is missing" : "may be missing"}.
          </strong>{" "}
          {consequence}
        </p>
        <For each={fix}>
          {(command) => (
            <div class="fix">
              <code dir="ltr">{command}</code>
              <CopyButton text={command} />
            </div>
          )}
        </For>
      </Banner>
    )}
  </For>
)

const Content = (props: { readonly plan: RunPlan }): JSX.Element => (
  <>
    <Banner tone={verdictOf(props.plan).tone}>
      <p>{verdictOf(props.plan).text}</p>
    </Banner>
    <Missing plan={props.plan} />
    <For each={props.plan.warnings}>
      {(warning) => (
        <Banner tone="warn">
          <p>{warning}</p>
        </Banner>
      )}
    </For>
    <dl class="plan-entries">
      <For each={planEntries(props.plan)}>
        {({ label, text }) => (
          <>
            <dt>{label}</dt>
            <dd>
              <bdi>{text}</bdi>
            </dd>
          </>
        )}
      </For>
    </dl>
    <Show when={props.plan.attempt?.job}>
      {(job) => (
        <div>
          <h3>Job</h3>
          <FileText name={`${props.plan.attempt?.jobName ?? "job"}.json`} text={JSON.stringify(job(), null, 2)} />
        </div>
      )}
    </Show>
    <Show when={props.plan.attempt?.files}>
      {(files) => (
        <div>
          <h3>Files of the agent</h3>
          <For each={Object.entries(files()).toSorted(([left], [right]) => left < right ? -1 : 1)}>
            {([name, text]) => <FileText name={name} text={text} />}
          </For>
        </div>
      )}
    </Show>
  </>
)

export const PlanPane = (props: PlanProps): JSX.Element => (
  <section class="card plan" aria-labelledby="plan" aria-busy={props.isPending}>
    <div class="row plan-head">
      <h2 id="plan">What would happen</h2>
      <span class="faint" role="status">{props.isPending ? "Asking…" : ""}</span>
    </div>
    <Show
      when={props.waitsFor}
      fallback={
        <>
          {props.problem}
          <Show when={props.plan}>{(plan) => <Content plan={plan()} />}</Show>
        </>
      }
    >
      {(fields) => <p class="faint">Still to be written: {fields()}.</p>}
    </Show>
  </section>
)
