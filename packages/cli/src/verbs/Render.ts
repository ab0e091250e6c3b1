/** `orchestrator render`: the files that the agent of a manifest's run would be given, made here and without any server. */
import { profiled } from "@orchestrator/controller/kinds/Profiled"
import { runKinds } from "@orchestrator/controller/kinds/RunKinds"
import { formatProblem } from "@orchestrator/domain/Decode"
import { modelDefaults } from "@orchestrator/domain/DefaultModel"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Templates } from "@orchestrator/templates/Templates"
import { Console, Effect, FileSystem, Option, Path } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { defaultNamespace } from "../connect/ServerPlace.ts"
import { workingFolder } from "../connect/WorkingFolder.ts"
import { loadConfig } from "../settings/ConfigFile.ts"
import { templatesFolder } from "../settings/TemplatesFolder.ts"
import { version } from "../settings/Version.ts"
import { structured } from "../show/Output.ts"
import { manifestFiles } from "../submit/ManifestFiles.ts"
import type { Submission } from "../submit/Submission.ts"
import { filled, type Problems } from "./kinds/Filled.ts"

export interface RenderInput {
  readonly file: ReadonlyArray<string>
  readonly config: Option.Option<string>
  readonly templates: Option.Option<string>
  /** Where the files go; absent: to the output. */
  readonly into: Option.Option<string>
  readonly output: "text" | "json" | "yaml"
}

/** Stands for the uid that the cluster gives a run. */
const anyUid = "00000000-0000-4000-8000-000000000000"

const refused = (source: string) => (problems: Problems) =>
  new CommandFailed({ message: problems.map((problem) => `${source}: ${formatProblem(problem)}`).join("\n") })

const filesOf = Effect.fnUntraced(function*({ body, kind, source }: Submission, config: OrchestratorConfig) {
  const templates = yield* Templates
  const settings = { namespace: defaultNamespace, version, ...modelDefaults(config) }
  const problem = refused(source)
  const wanted = yield* Effect.fromResult(filled[kind.kind](body, settings)).pipe(Effect.mapError(problem))
  const name = wanted.name ?? wanted.stem
  const object = {
    apiVersion: "orchestrator.platform/v1",
    kind: kind.kind,
    metadata: { name, namespace: defaultNamespace, uid: anyUid },
    spec: wanted.spec
  }
  const spec = yield* Effect.fromResult(runKinds[kind.kind].decodeSpec(object)).pipe(Effect.mapError(problem))
  const { inputs, resume, templates: set, tools } = profiled(spec, config)
  const attempts = Number(wanted.spec["contextVersion"] ?? 1)
  const files = yield* Effect.fromResult(
    templates.render(inputs({ config, uid: anyUid, attempts, resume, tools, hasNewPrompt: true }), set)
  )
  return { run: `${kind.singular}/${name}`, files }
})

interface Rendered {
  readonly run: string
  readonly files: Readonly<Record<string, string>>
}

const written = Effect.fnUntraced(function*(into: string, rendered: ReadonlyArray<Rendered>) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = path.resolve(yield* workingFolder, into)
  yield* Effect.forEach(rendered, ({ files: texts, run }) => {
    const place = rendered.length === 1 ? folder : path.join(folder, run.replace("/", "-"))
    return files.makeDirectory(place, { recursive: true }).pipe(
      Effect.andThen(
        Effect.forEach(Object.entries(texts), ([name, text]) => files.writeFileString(path.join(place, name), text))
      ),
      Effect.andThen(Console.log(`${run}: ${Object.keys(texts).length} files in ${place}`))
    )
  }, { discard: true })
})

const textOf = (rendered: ReadonlyArray<Rendered>): string =>
  rendered.flatMap(({ files, run }) =>
    Object.entries(files).map(([name, text]) => `# ${run} ${name}\n${text.trimEnd()}\n`)
  ).join("\n")

export const render = Effect.fn("render")(function*({ config, file, into, output, templates }: RenderInput) {
  const settings = yield* loadConfig({ path: config })
  const folder = yield* templatesFolder({ named: templates })
  const submissions = yield* manifestFiles(file, defaultNamespace)
  const rendered: ReadonlyArray<Rendered> = yield* Effect.forEach(submissions, (each) => filesOf(each, settings)).pipe(
    Effect.provide(Templates.layerWith({ path: folder }))
  )
  if (Option.isSome(into)) return yield* written(into.value, rendered)
  yield* Console.log(output === "text" ? textOf(rendered) : structured({ items: rendered }, output))
})
