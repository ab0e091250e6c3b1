/**
 * The agent's files, from templates that are read and checked once: a missing or broken template fails the layer with every problem at
 * once. Rendering afterwards is synchronous and depends on nothing but the inputs.
 */
import { Config, Context, Effect, type FileSystem, Layer, type Result } from "effect"
import type { RunInputs } from "./kinds/RunTemplates.ts"
import { readTemplates } from "./ReadTemplates.ts"
import { compileTemplates, type RunFiles } from "./Renderer.ts"
import type { TemplateError } from "./TemplateError.ts"

export class Templates extends Context.Service<Templates, {
  /** Every file of one attempt, from the templates of a set where it has them and else from the usual ones. Fails when a value cannot be written, or the sum does not fit in a ConfigMap. */
  readonly render: (inputs: RunInputs, set?: string) => Result.Result<RunFiles, TemplateError>
}>()("@orchestrator/templates/Templates") {
  /** Reads the folder that CLAUDE_TEMPLATES_PATH names, `/claude-templates` by default. */
  static readonly layer: Layer.Layer<Templates, TemplateError | Config.ConfigError, FileSystem.FileSystem> = Layer
    .unwrap(
      Effect.map(
        Config.String("CLAUDE_TEMPLATES_PATH").pipe(Config.withDefault("/claude-templates")),
        (path) => Templates.layerWith({ path })
      )
    )

  /** Reads this folder, in which there must be these sets. */
  static readonly layerWith = ({ path, sets = [] }: {
    readonly path: string
    readonly sets?: ReadonlyArray<string>
  }): Layer.Layer<Templates, TemplateError, FileSystem.FileSystem> =>
    Layer.effect(Templates, Effect.flatMap(readTemplates(path), (files) => compiled(path, files, sets)))

  /** Templates by path, as folders or flattened. */
  static readonly layerMemory = (files: Readonly<Record<string, string>>): Layer.Layer<Templates, TemplateError> =>
    Layer.effect(Templates, compiled("memory", files))
}

const compiled = Effect.fnUntraced(function*(
  ref: string,
  files: Readonly<Record<string, string>>,
  sets: ReadonlyArray<string> = []
) {
  const { ignored, render } = yield* Effect.fromResult(compileTemplates(ref, files, sets))
  if (ignored.length > 0) {
    yield* Effect.logWarning(`templates that make no file of a run are ignored: ${ignored.join(", ")}`)
  }
  return Templates.of({ render })
})
