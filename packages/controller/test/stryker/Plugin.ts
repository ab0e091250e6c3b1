/**
 * Stryker's runner of vitest, which is asked only about mutants of what happens while modules load: all others were played in the first run
 * (AllMutants.ts).
 */
import {
  commonTokens,
  declareFactoryPlugin,
  type Injector,
  type PluginContext,
  PluginKind,
  tokens
} from "@stryker-mutator/api/plugin"
import {
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner
} from "@stryker-mutator/api/test-runner"
import { strykerPlugins as official } from "@stryker-mutator/vitest-runner"
import { readNoticed } from "./Noticed.ts"

/** Of the options under `vitest`. */
export { strykerValidationSchema } from "@stryker-mutator/vitest-runner"

const make = (injector: Injector<PluginContext>): TestRunner => {
  const [vitest] = official
  if (vitest === undefined) {
    throw new Error("@stryker-mutator/vitest-runner has no runner: expected one, look at its version")
  }
  const runner = injector.injectFunction(vitest.factory)
  let noticed: ReadonlySet<string> | undefined
  const judge = ({ activeMutant: { id }, testFilter = [] }: MutantRunOptions): MutantRunResult => {
    noticed ??= readNoticed()
    const nrOfTests = testFilter.length
    return noticed.has(id)
      ? { status: MutantRunStatus.Killed, killedBy: [], failureMessage: "in the first run", nrOfTests }
      : { status: MutantRunStatus.Survived, nrOfTests }
  }
  return {
    capabilities: () => runner.capabilities(),
    init: async () => runner.init?.(),
    dryRun: (options) => runner.dryRun(options),
    mutantRun: async (options) => options.mutantActivation === "runtime" ? judge(options) : runner.mutantRun(options),
    dispose: async () => runner.dispose?.()
  }
}
make.inject = tokens(commonTokens.injector)

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, "vitest", make)]
