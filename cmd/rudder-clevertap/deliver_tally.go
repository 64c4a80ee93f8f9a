package main

import (
	"fmt"
	"io"
	"time"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/receipt"
)

// deliveryTally counts what became of events that were to be delivered.
type deliveryTally struct {
	events, bytes, retries, possibly int64
	sum                              transformerv1.DeliverySummary
	// reasons counts those that were not delivered by reason, and, where CleverTap refused them, its code.
	reasons map[string]int64
}

// newDeliveryTally returns a tally of nothing.
func newDeliveryTally() *deliveryTally { return &deliveryTally{reasons: map[string]int64{}} }

// count adds one result, of a line of so many bytes, and reports whether it was to be delivered and was not.
func (t *deliveryTally) count(result *transformerv1.DeliveryResult, bytes int) (missed bool) {
	t.events++
	t.bytes += int64(bytes)
	t.retries += int64(max(result.GetAttempts(), 1) - 1)
	if result.GetPossiblyDelivered() {
		t.possibly++
	}
	receipt.Count(&t.sum, result.GetOutcome())
	failed := result.GetError()
	if failed == nil {
		return false
	}
	told := info(failed)
	name := told.GetReason()
	if code := told.GetMetadata()["clevertapCode"]; code != "" {
		name += " " + code
	}
	t.reasons[name]++
	return true
}

// undelivered is how many were to be delivered and were not.
func (t *deliveryTally) undelivered() uint32 {
	return t.sum.GetInvalid() + t.sum.GetRefused() + t.sum.GetUndelivered()
}

// progress says in a line how far it is.
func (t *deliveryTally) progress(took time.Duration) string {
	line := fmt.Sprintf("%s events  %s events/s  %s delivered",
		grouped(t.events), grouped(perSecond(t.events, took)), grouped(int64(t.sum.GetDelivered())))
	if n := t.undelivered(); n > 0 {
		line += "  " + grouped(int64(n)) + " not"
	}
	if t.retries > 0 {
		line += "  " + grouped(t.retries) + " sent again"
	}
	return line
}

// print prints the tally for a person.
func (t *deliveryTally) print(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "%s events (%s) in %s: %s events/s\n",
		grouped(t.events), megabytes(t.bytes), took.Round(10*time.Millisecond), grouped(perSecond(t.events, took)))
	row := func(indent, name string, n int64) {
		fmt.Fprintf(w, "%s%-*s %14s\n", indent, 32-len(indent), name, grouped(n))
	}
	row("  ", "delivered", int64(t.sum.GetDelivered()))
	row("  ", "filtered", int64(t.sum.GetFiltered()))
	row("  ", "invalid", int64(t.sum.GetInvalid()))
	row("  ", "refused by CleverTap", int64(t.sum.GetRefused()))
	row("  ", "undelivered", int64(t.sum.GetUndelivered()))
	for _, reason := range byCount(t.reasons) {
		row("    ", reason, t.reasons[reason])
	}
	if t.retries > 0 {
		row("  ", "sent again", t.retries)
	}
	if t.possibly > 0 {
		row("  ", "possibly delivered twice", t.possibly)
	}
}
