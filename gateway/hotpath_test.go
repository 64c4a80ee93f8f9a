package gateway

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

const hotDestination = `{"accountId": "ACCOUNT-ID", "passcode": "PASSCODE", "region": "in1", "trackAnonymous": true}`

// hotEvent is a track event of about 1.2 KB with as many nested values as asked for.
func hotEvent(nested int) string {
	return `{"type": "track", "messageId": "0d6dd0b8-bd7d-4c4c-9f5c-3b9c1a2d7e11", "userId": "u-42", "anonymousId": "8a4f1c0e-57c1-4e7e-8a50-0f3c8e6a9b21",` +
		`"channel": "web", "event": "Checked Out", "originalTimestamp": "2026-11-23T09:03:17.562Z", "sentAt": "2026-11-23T09:03:18.001Z",` +
		`"context": {"app": {"name": "shop", "version": "4.2.0", "build": "1042", "namespace": "com.example.shop"},` +
		`"library": {"name": "RudderLabs JavaScript SDK", "version": "3.7.9"}, "locale": "en-US", "timezone": "GMT+0530",` +
		`"userAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",` +
		`"page": {"path": "/cart", "referrer": "https://www.example.com/", "search": "?utm_source=mail", "title": "Cart", "url": "https://shop.example.com/cart"},` +
		`"screen": {"density": 2, "width": 1440, "height": 900, "innerWidth": 1440, "innerHeight": 789}},` +
		`"properties": {"total_value": 2000.5, "currency": "INR", "coupon": null, "first": false, "cart": [` +
		strings.TrimSuffix(strings.Repeat(`{"sku": "A-1", "qty": 2},`, nested), ",") + `]},` +
		`"integrations": {"All": true}}`
}

func hotBody() []byte {
	return []byte(`{"event": ` + hotEvent(8) + `, "destination": ` + hotDestination + `}`)
}

func hotBatchBody(events, nested int) []byte {
	all := strings.TrimSuffix(strings.Repeat(hotEvent(nested)+",", events), ",")
	return []byte(`{"events": [` + all + `], "destination": ` + hotDestination + `}`)
}

func hotUpload(records int) *clevertapv1.Upload {
	const record = `{"type":"event","evtName":"Checked Out","evtData":{"total_value":2000.5,"currency":"INR","first":false,"cart":"[]"},"identity":"u-42"}`
	return &clevertapv1.Upload{
		Method: "POST", Endpoint: "https://in1.api.clevertap.com/1/upload",
		Headers: map[string]string{"X-CleverTap-Account-Id": "ACCOUNT-ID", "X-CleverTap-Passcode": "PASSCODE", "Content-Type": "application/json"},
		Body: &clevertapv1.Upload_PayloadJson{
			PayloadJson: []byte(`{"d":[` + strings.TrimSuffix(strings.Repeat(record+",", records), ",") + `]}`),
		},
	}
}

func hotBatchResponse(events int) *transformerv1.BatchTransformResponse {
	response := &transformerv1.BatchTransformResponse{Uploads: []*clevertapv1.Upload{hotUpload(events)}}
	for i := range events {
		response.Results = append(response.Results, &transformerv1.EventResult{
			Index: uint32(i), MessageId: fmt.Sprintf("0d6dd0b8-bd7d-4c4c-9f5c-3b9c1a%06d", i), Status: transformerv1.Status_STATUS_TRANSFORMED,
			Records: []*transformerv1.RecordRef{{Record: uint32(i)}},
		})
	}
	return response
}

// TestHotCallsBuildNoTree shows that the memory a request and its answer take does not depend on what is
// inside the events and payloads: each is a slice of the body, or a piece of the answer, whatever it holds.
func TestHotCallsBuildNoTree(t *testing.T) {
	m := newTestMarshaler(t, 0)
	read := func(body []byte, v any) float64 {
		return testing.AllocsPerRun(100, func() { require.NoError(t, m.Unmarshal(body, v)) })
	}
	write := func(v any) float64 {
		return testing.AllocsPerRun(100, func() {
			_, err := marshaler{}.Marshal(v)
			require.NoError(t, err)
		})
	}
	// The two wrappers of the message's oneofs, and the envelope.
	require.LessOrEqual(t, read(hotBody(), &transformerv1.TransformRequest{}), 6.0)
	small := read(hotBatchBody(100, 1), &transformerv1.BatchTransformRequest{})
	require.LessOrEqual(t, small, 16.0)
	require.Equal(t, small, read(hotBatchBody(100, 200), &transformerv1.BatchTransformRequest{}))

	require.LessOrEqual(t, write(&transformerv1.TransformResponse{Uploads: []*clevertapv1.Upload{hotUpload(1)}}), 1.0)
	require.LessOrEqual(t, write(hotBatchResponse(1000)), 1.0)
}

func BenchmarkRequest(b *testing.B) {
	m := newTestMarshaler(b, 0)
	b.Run("single", func(b *testing.B) {
		body := hotBody()
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if err := m.Unmarshal(body, &transformerv1.TransformRequest{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("batch of 100", func(b *testing.B) {
		body := hotBatchBody(100, 8)
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if err := m.Unmarshal(body, &transformerv1.BatchTransformRequest{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("batch of 100 with its body", func(b *testing.B) {
		body := hotBatchBody(100, 8)
		request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			request.Body = io.NopCloser(bytes.NewReader(body))
			from, err := newRequestBody(request, DefaultMaxBodyBytes, nil)
			if err != nil {
				b.Fatal(err)
			}
			if err := m.NewDecoder(from).Decode(&transformerv1.BatchTransformRequest{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	run := func(name string, v any) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				text, err := marshaler{}.Marshal(v)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(text)))
			}
		})
	}
	run("single", &transformerv1.TransformResponse{
		Status: transformerv1.Status_STATUS_TRANSFORMED, Uploads: []*clevertapv1.Upload{hotUpload(1)},
	})
	run("batch of 100", hotBatchResponse(100))
}
