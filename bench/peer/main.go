// The reconciler that a platform engineer would write instead, on controller-runtime: it makes the same six writes for a CodeRun as the
// product (recorded from its sources, with holes where runs differ), because of what its caches say of runs, Jobs and pods.
// Usage: peer '{"kubeconfig","namespace","writes"}'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	ctrlscheme "sigs.k8s.io/controller-runtime/pkg/scheme"

	"github.com/go-logr/logr"
)

const (
	workers  = 16
	runLabel = "orchestrator.platform/run"
)

var group = schema.GroupVersion{Group: "orchestrator.platform", Version: "v1"}

type options struct {
	Kubeconfig string `json:"kubeconfig"`
	Namespace  string `json:"namespace"`
	Writes     string `json:"writes"`
}

// writes are the texts of what the product sends, holes included.
type writes struct {
	Lease, Release    patch
	Job, Files        json.RawMessage
	Running, Terminal struct{ Status json.RawMessage }
}

type patch struct {
	Type string          `json:"type"`
	Body json.RawMessage `json:"body"`
}

type reconciler struct {
	client.Client
	namespace string
	writes    writes
	// said are the runs whose last status the cache may not have yet, by UID: the phase that was written.
	said sync.Map
}

func (r *reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var run CodeRun
	if err := r.Get(ctx, request.NamespacedName, &run); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !run.DeletionTimestamp.IsZero() {
		r.said.Delete(run.UID)
		return reconcile.Result{}, nil
	}
	uid8 := string(run.UID)[:8]
	values := map[string]string{
		"home": r.namespace, "name": run.Name, "service": run.Spec.Service, "uid": string(run.UID), "uid8": uid8,
		"version": run.ResourceVersion,
	}
	phase := run.Status.Phase
	if last, ok := r.said.Load(run.UID); ok && last != phase {
		return reconcile.Result{}, nil
	}
	switch phase {
	case "":
		return reconcile.Result{}, again(r.begin(ctx, &run, values))
	case "Running":
		return reconcile.Result{}, again(r.end(ctx, &run, values))
	}
	return reconcile.Result{}, nil
}

// again is what a cache that lags behind costs: the next round reads what it lacked.
func again(err error) error {
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// begin leases the workspace, creates Job and files, and says that the run is running.
func (r *reconciler) begin(ctx context.Context, run *CodeRun, values map[string]string) error {
	var claim corev1.PersistentVolumeClaim
	key := types.NamespacedName{Namespace: r.namespace, Name: "workspace-" + run.Spec.Service}
	if err := r.Get(ctx, key, &claim); err != nil {
		return err
	}
	leased := with(values, "claim", string(claim.UID), "version", claim.ResourceVersion)
	if err := r.send(ctx, &claim, r.writes.Lease, leased); err != nil {
		return err
	}
	var job batchv1.Job
	if err := json.Unmarshal(fill(r.writes.Job, values), &job); err != nil {
		return err
	}
	if err := r.Create(ctx, &job); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	var files corev1.ConfigMap
	if err := json.Unmarshal(fill(r.writes.Files, with(values, "job", string(job.UID))), &files); err != nil {
		return err
	}
	if err := r.Create(ctx, &files); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return r.say(ctx, run, r.writes.Running.Status, values)
}

// end says how the run ended as soon as its pod has, and lets its Job go.
func (r *reconciler) end(ctx context.Context, run *CodeRun, values map[string]string) error {
	key := types.NamespacedName{Namespace: r.namespace, Name: "code-" + run.Name + "-v1-" + values["uid8"]}
	var job batchv1.Job
	if err := r.Get(ctx, key, &job); err != nil {
		return err
	}
	var pods corev1.PodList
	if err := r.List(ctx, &pods, client.InNamespace(r.namespace), client.MatchingFields{byJob: job.Name}); err != nil {
		return err
	}
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			continue
		}
		if err := r.say(ctx, run, r.writes.Terminal.Status, values); err != nil {
			return err
		}
		return r.send(ctx, &job, r.writes.Release, with(values, "job", string(job.UID)))
	}
	return nil
}

func (r *reconciler) say(ctx context.Context, run *CodeRun, status json.RawMessage, values map[string]string) error {
	said := run.DeepCopy()
	if err := json.Unmarshal(fill(status, values), &said.Status); err != nil {
		return err
	}
	if err := r.Status().Update(ctx, said); err != nil {
		return err
	}
	r.said.Store(run.UID, said.Status.Phase)
	return nil
}

func (r *reconciler) send(ctx context.Context, object client.Object, p patch, values map[string]string) error {
	kind := types.MergePatchType
	if p.Type == "json" {
		kind = types.JSONPatchType
	}
	return r.Patch(ctx, object, client.RawPatch(kind, fill(p.Body, values)))
}

func with(values map[string]string, pairs ...string) map[string]string {
	filled := make(map[string]string, len(values)+len(pairs)/2)
	for key, value := range values {
		filled[key] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		filled[pairs[i]] = pairs[i+1]
	}
	return filled
}

func fill(template json.RawMessage, values map[string]string) []byte {
	pairs := make([]string, 0, 2*len(values))
	for key, value := range values {
		pairs = append(pairs, "<<"+key+">>", value)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(template)))
}

const byJob = "metadata.labels.job-name"

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf(`expected one argument, {"kubeconfig","namespace","writes"}, found %d`, len(os.Args)-1)
	}
	var given options
	if err := json.Unmarshal([]byte(os.Args[1]), &given); err != nil {
		return err
	}
	text, err := os.ReadFile(given.Writes)
	if err != nil {
		return err
	}
	reconciler := &reconciler{namespace: given.Namespace}
	if err := json.Unmarshal(text, &reconciler.writes); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", given.Kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	runs := ctrlscheme.Builder{GroupVersion: group}
	if err := runs.Register(&CodeRun{}, &CodeRunList{}).AddToScheme(scheme); err != nil {
		return err
	}
	logf.SetLogger(logr.Discard())
	// What a careful engineer does: one namespace, and no managed fields in the cache.
	kept, err := manager.New(config, manager.Options{
		Scheme:  scheme,
		Metrics: server.Options{BindAddress: "0"},
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{given.Namespace: {}},
			DefaultTransform:  cache.TransformStripManagedFields(),
		},
	})
	if err != nil {
		return err
	}
	reconciler.Client = kept.GetClient()
	ctx := context.Background()
	jobOf := func(object client.Object) []string { return []string{object.GetLabels()["job-name"]} }
	if err := kept.GetFieldIndexer().IndexField(ctx, &corev1.Pod{}, byJob, jobOf); err != nil {
		return err
	}
	runOf := func(_ context.Context, object client.Object) []reconcile.Request {
		name := object.GetLabels()[runLabel]
		if name == "" {
			return nil
		}
		return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
	}
	err = builder.ControllerManagedBy(kept).
		For(&CodeRun{}).
		Watches(&batchv1.Job{}, handler.EnqueueRequestsFromMapFunc(runOf)).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(runOf)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(reconciler)
	if err != nil {
		return err
	}
	if _, err := kept.GetCache().GetInformer(ctx, &corev1.PersistentVolumeClaim{}); err != nil {
		return err
	}
	go func() {
		if kept.GetCache().WaitForCacheSync(ctx) {
			fmt.Println("ready")
		}
	}()
	return kept.Start(ctx)
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
