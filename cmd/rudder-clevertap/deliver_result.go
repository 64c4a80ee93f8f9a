package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// appendDelivery appends the line that tells what became of an event: the result as REST has it, with the line in place of
// the index.
func (d *deliveries) appendDelivery(dst []byte, source string, number int, result *transformerv1.DeliveryResult) []byte {
	dst = append(dst, '{')
	if d.work.naming {
		dst = append(dst, `"file":`...)
		dst = document.AppendString(dst, source)
		dst = append(dst, ',')
	}
	dst = append(dst, `"line":`...)
	dst = strconv.AppendInt(dst, int64(number), 10)
	if id := result.GetMessageId(); id != "" {
		dst = append(dst, `,"messageId":`...)
		dst = document.AppendString(dst, id)
	}
	dst = append(dst, `,"outcome":"`...)
	dst = append(dst, result.GetOutcome().String()...)
	dst = append(dst, `","attempts":`...)
	dst = strconv.AppendUint(dst, uint64(result.GetAttempts()), 10)
	dst = append(dst, `,"diagnostics":[`...)
	for i, found := range result.GetDiagnostics() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"severity":"`...)
		dst = append(dst, found.GetSeverity().String()...)
		dst = append(dst, `","code":"`...)
		dst = append(dst, found.GetCode()...)
		dst = append(dst, `","path":`...)
		dst = document.AppendString(dst, found.GetPath())
		dst = append(dst, `,"message":`...)
		dst = document.AppendString(dst, found.GetMessage())
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	if failed := result.GetError(); failed != nil {
		dst = appendStatus(append(dst, `,"error":`...), failed)
	}
	dst = append(dst, `,"retryable":`...)
	dst = strconv.AppendBool(dst, result.GetRetryable())
	dst = append(dst, `,"possiblyDelivered":`...)
	dst = strconv.AppendBool(dst, result.GetPossiblyDelivered())
	return append(dst, "}\n"...)
}

// appendStatus appends an error as REST shows it.
func appendStatus(dst []byte, failed *spb.Status) []byte {
	text, err := protojson.Marshal(failed)
	if err != nil {
		return append(dst, "null"...) // It can't be: its details are ours.
	}
	compact := bytes.NewBuffer(dst) // protojson puts white space in at random
	if err := json.Compact(compact, text); err != nil {
		return append(dst, "null"...)
	}
	return compact.Bytes()
}

// appendFailure appends the line for a person that says why an event was not delivered.
func appendFailure(dst []byte, source string, number int, result *transformerv1.DeliveryResult) []byte {
	return fmt.Appendf(dst, "%s:%d: %s: %s\n", source, number, reasonOf(result.GetError()), result.GetError().GetMessage())
}

// info returns the details of an error.
func info(failed *spb.Status) *errdetails.ErrorInfo {
	detail := &errdetails.ErrorInfo{}
	if len(failed.GetDetails()) > 0 && failed.GetDetails()[0].UnmarshalTo(detail) == nil {
		return detail
	}
	return &errdetails.ErrorInfo{}
}

// reasonOf returns the reason of an error.
func reasonOf(failed *spb.Status) string { return info(failed).GetReason() }

// isCutShort reports whether an event has no outcome of its own since the run was interrupted.
func isCutShort(result *transformerv1.DeliveryResult) bool {
	return reasonOf(result.GetError()) == string(apierr.DeliveryCutShort)
}

// mayBeThere reports whether CleverTap may have taken an event before.
func mayBeThere(result *transformerv1.DeliveryResult) bool {
	of := result.GetOutcome()
	return of == transformerv1.Outcome_OUTCOME_DELIVERED || of == transformerv1.Outcome_OUTCOME_UNDELIVERED
}
