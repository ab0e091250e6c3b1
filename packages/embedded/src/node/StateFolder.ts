/** The layout of the folder where a process runtime keeps its pods. Claims outlive pods; everything else goes with its pod. */
export interface StateFolder {
  readonly root: string
  readonly claim: (namespace: string, name: string) => string
  /** What goes with the pods; empty when none has run. */
  readonly pods: string
  readonly pod: (uid: string) => string
  readonly volume: (uid: string, volume: string) => string
  readonly container: (uid: string, name: string) => string
  readonly terminationMessage: (uid: string, name: string) => string
}

export const stateFolder = (root: string): StateFolder => {
  const pods = `${root}/pods`
  const pod = (uid: string) => `${pods}/${uid}`
  const container = (uid: string, name: string) => `${pod(uid)}/containers/${name}`
  return {
    root,
    pods,
    claim: (namespace, name) => `${root}/volumes/${namespace}/${name}`,
    pod,
    volume: (uid, volume) => `${pod(uid)}/volumes/${volume}`,
    container,
    terminationMessage: (uid, name) => `${container(uid, name)}/termination-log`
  }
}
