package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

const (
	// deliverTarget is how much more processor time an event may take that is delivered than one that is transformed.
	deliverTarget = 2.5
	// deliverWorkers is how many calls are open at once: each waits for CleverTap.
	deliverWorkers = 16
	// deliverEvents is how many events there are.
	deliverEvents = 1600
)

// takeAll stands in for a CleverTap that takes everything at once.
func takeAll(w http.ResponseWriter, r *http.Request) {
	var upload struct{ D []json.RawMessage }
	if json.NewDecoder(r.Body).Decode(&upload) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintf(w, `{"status":"success","processed":%d,"unprocessed":[]}`, len(upload.D)) // The caller may have gone.
}

// deliverJSON is a DeliverRequest for each batch.
func deliverJSON(events [][]byte, batch int) (*corpus, error) {
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		return proto.Marshal(&transformerv1.DeliverRequest{
			EventsJson: events,
			Target:     &transformerv1.DeliverRequest_DestinationJson{DestinationJson: []byte(destination)},
		})
	})
}

// checkDelivered checks a DeliverResponse.
func checkDelivered(reply []byte, events int) error {
	m := new(transformerv1.DeliverResponse)
	if err := proto.Unmarshal(reply, m); err != nil {
		return err
	}
	if n := m.GetSummary().GetDelivered(); int(n) != events {
		return fmt.Errorf("%d of %d events were delivered: %v", n, events, m.GetSummary())
	}
	return nil
}

// measureDeliver holds the processor time of an event that is delivered against that of one that is transformed, by servers of the
// same program.
func measureDeliver(ctx context.Context, c *compareCmd) (row otherRow, err error) {
	clevertap, err := startEcho(ctx, takesAll)
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, clevertap.stop()) }()
	events := genevents.New(1).Batch(deliverEvents)
	var sides [2]*side
	defer func() { err = errors.Join(err, sides[0].end(), sides[1].end()) }()
	for i, p := range []path{
		{
			name: "BatchTransform", route: transformerv1.TransformService_BatchTransform_FullMethodName, batch: batchSize,
			workers: deliverWorkers, corpus: batchJSON, check: checkBatch,
		},
		{
			name: "Deliver", route: transformerv1.DeliveryService_Deliver_FullMethodName, batch: batchSize,
			workers: deliverWorkers, corpus: deliverJSON, check: checkDelivered,
		},
	} {
		requests, err := p.corpus(events, p.batch)
		if err != nil {
			return row, err
		}
		server, err := startServe(ctx, serveOptions{program: c.Program, args: []string{"--clevertap-base-url", "http://" + clevertap.http}})
		if err != nil {
			return row, err
		}
		if sides[i], err = newSide(&p, requests, server); err != nil {
			return row, err
		}
		if err := sides[i].client.verify(ctx); err != nil {
			return row, fmt.Errorf("%s: %w", p.name, err)
		}
		if _, err := sides[i].client.run(ctx, c.Warmup); err != nil {
			return row, err
		}
	}
	if err := interleave(ctx, sides[:], c.Rounds, c.Time, func(int) {}); err != nil {
		return row, err
	}
	return deliverRow(sides[0], sides[1])
}

// deliverRow sums the runs up.
func deliverRow(transform, deliver *side) (otherRow, error) {
	peak, err := deliver.peak()
	if err != nil {
		return otherRow{}, err
	}
	cost := func(f *figures) time.Duration { return f.perEvent() }
	ours, against := median(each(deliver.runs, cost)), median(each(transform.runs, cost))
	ratio := float64(ours) / float64(against)
	micros := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	return otherRow{
		Name: "Deliver, gRPC batches of 100, processor time of an event", Key: "deliver",
		Ours:    fmt.Sprintf("%.2f µs/event", micros(ours)),
		Against: fmt.Sprintf("BatchTransform: %.2f µs/event", micros(against)),
		Value:   ratio, Target: fmt.Sprintf("at most %.1f", deliverTarget), PeakMB: float64(peak) / 1e6,
		Pass: ratio <= deliverTarget && float64(peak)/1e6 <= maxPeak,
	}, nil
}
