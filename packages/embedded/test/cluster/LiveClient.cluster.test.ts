import { layerWith } from "@orchestrator/k8s/live/LiveClient"
import { kubernetesClientContract } from "../contract/KubernetesClientContract.ts"
import { controlPlane } from "./ControlPlane.ts"

kubernetesClientContract("LiveClient on a real kube-apiserver", layerWith({ kubeconfig: controlPlane().kubeconfig }))
