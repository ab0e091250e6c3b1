package main

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// CodeRun as far as this reconciler needs it.
type CodeRun struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   RunSpec   `json:"spec"`
	Status RunStatus `json:"status,omitempty"`
}

type CodeRunList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []CodeRun `json:"items"`
}

type RunSpec struct {
	TaskID            int    `json:"taskId,omitempty"`
	Service           string `json:"service"`
	RepositoryURL     string `json:"repositoryUrl"`
	DocsRepositoryURL string `json:"docsRepositoryUrl,omitempty"`
	WorkingDirectory  string `json:"workingDirectory,omitempty"`
	Model             string `json:"model,omitempty"`
	GitHubUser        string `json:"githubUser,omitempty"`
	ContextVersion    int    `json:"contextVersion,omitempty"`
	ContinueSession   bool   `json:"continueSession,omitempty"`
	Prompt            string `json:"prompt,omitempty"`
}

// RunStatus is decided by its phase and written whole.
type RunStatus struct {
	Phase string
	whole json.RawMessage
}

func (s *RunStatus) UnmarshalJSON(text []byte) error {
	var known struct {
		Phase string `json:"phase"`
	}
	if err := json.Unmarshal(text, &known); err != nil {
		return err
	}
	s.Phase, s.whole = known.Phase, append(json.RawMessage(nil), text...)
	return nil
}

func (s RunStatus) MarshalJSON() ([]byte, error) {
	if s.whole == nil {
		return []byte("{}"), nil
	}
	return s.whole, nil
}

func (r *CodeRun) DeepCopy() *CodeRun {
	copied := *r
	copied.ObjectMeta = *r.ObjectMeta.DeepCopy()
	copied.Status.whole = append(json.RawMessage(nil), r.Status.whole...)
	return &copied
}

func (r *CodeRun) DeepCopyObject() runtime.Object { return r.DeepCopy() }

func (l *CodeRunList) DeepCopyObject() runtime.Object {
	copied := CodeRunList{TypeMeta: l.TypeMeta, ListMeta: *l.ListMeta.DeepCopy()}
	for i := range l.Items {
		copied.Items = append(copied.Items, *l.Items[i].DeepCopy())
	}
	return &copied
}
