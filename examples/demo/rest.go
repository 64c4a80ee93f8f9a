package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// restClient calls the REST API.
type restClient struct{ base string }

// batchAnswer is the answer to POST /v1/transform:batch, as far as it is shown.
type batchAnswer struct {
	Uploads []struct {
		Endpoint string          `json:"endpoint"`
		Payload  json.RawMessage `json:"payload"`
	} `json:"uploads"`
	Results []result `json:"results"`
}

// result is what became of one event.
type result struct {
	Status  string `json:"status"`
	Records []struct {
		Upload int `json:"upload"`
		Record int `json:"record"`
	} `json:"records"`
	Diagnostics []diagnostic `json:"diagnostics"`
	Error       *fault       `json:"error"`
}

// diagnostic says what was changed.
type diagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Path     string `json:"path"`
	Message  string `json:"message"`
}

// fault is an error with its details.
type fault struct {
	Message string `json:"message"`
	Details []struct {
		Reason string `json:"reason"`
	} `json:"details"`
}

// batch transforms events.
func (c *restClient) batch(ctx context.Context, events [][]byte, destination []byte) (*batchAnswer, error) {
	// The events go as they are; encoding/json would escape their text anew.
	body := fmt.Appendf(nil, `{"events":[%s],"destination":%s}`, bytes.Join(events, []byte{','}), destination)
	status, text, err := c.post(ctx, "/v1/transform:batch", body)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("status %d: %s", status, text)
	}
	answer := &batchAnswer{}
	if err := json.Unmarshal(text, answer); err != nil {
		return nil, err
	}
	if len(answer.Results) != len(events) {
		return nil, fmt.Errorf("%d results for %d events", len(answer.Results), len(events))
	}
	return answer, nil
}

// refused transforms one event that is expected to be refused.
func (c *restClient) refused(ctx context.Context, event, destination []byte) (*fault, error) {
	body := fmt.Appendf(nil, `{"event":%s,"destination":%s}`, event, destination)
	status, text, err := c.post(ctx, "/v1/transform", body)
	if err != nil {
		return nil, err
	}
	if status != http.StatusBadRequest {
		return nil, fmt.Errorf("status %d instead of %d: %s", status, http.StatusBadRequest, text)
	}
	refusal := &fault{}
	return refusal, json.Unmarshal(text, refusal)
}

// post makes one call.
func (c *restClient) post(ctx context.Context, path string, body []byte) (status int, text []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err = io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}
