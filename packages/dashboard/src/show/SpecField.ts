/** A field of a spec, whatever the kind of the run; undefined where the spec has none of that name. Pure. */
export const specField = (spec: object | undefined, field: string): unknown =>
  spec !== undefined && Object.hasOwn(spec, field) ? Reflect.get(spec, field) : undefined
