package gateway

import (
	"strconv"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// sizeOfDelivery guesses how long the answer to a Deliver call gets.
func sizeOfDelivery(response *transformerv1.DeliverResponse) int {
	const answer, result, diagnostic, fault = 128, 192, 256, 512
	size := answer + result*len(response.GetResults())
	for _, r := range response.GetResults() {
		size += diagnostic * len(r.GetDiagnostics())
		if r.GetError() != nil {
			size += fault
		}
	}
	return size
}

// appendDeliverResponse appends the answer to a Deliver call.
func appendDeliverResponse(dst []byte, response *transformerv1.DeliverResponse) []byte {
	dst = append(dst, `{"results":[`...)
	for i, result := range response.GetResults() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendDelivery(dst, result)
	}
	sum := response.GetSummary()
	dst = append(dst, `],"summary":{"delivered":`...)
	dst = strconv.AppendUint(dst, uint64(sum.GetDelivered()), 10)
	dst = append(dst, `,"filtered":`...)
	dst = strconv.AppendUint(dst, uint64(sum.GetFiltered()), 10)
	dst = append(dst, `,"invalid":`...)
	dst = strconv.AppendUint(dst, uint64(sum.GetInvalid()), 10)
	dst = append(dst, `,"refused":`...)
	dst = strconv.AppendUint(dst, uint64(sum.GetRefused()), 10)
	dst = append(dst, `,"undelivered":`...)
	dst = strconv.AppendUint(dst, uint64(sum.GetUndelivered()), 10)
	return append(dst, "}}"...)
}

// appendDelivery appends what became of one event, with all its members but a messageId or an error that it has not.
func appendDelivery(dst []byte, result *transformerv1.DeliveryResult) []byte {
	dst = append(dst, `{"index":`...)
	dst = strconv.AppendUint(dst, uint64(result.GetIndex()), 10)
	if id := result.GetMessageId(); id != "" {
		dst = append(dst, `,"messageId":`...)
		dst = document.AppendString(dst, id)
	}
	dst = append(dst, `,"outcome":`...)
	dst = appendEnum(dst, transformerv1.Outcome_name, int32(result.GetOutcome()))
	dst = append(dst, `,"attempts":`...)
	dst = strconv.AppendUint(dst, uint64(result.GetAttempts()), 10)
	if found := result.GetDiagnostics(); len(found) > 0 {
		dst = appendDiagnostics(dst, found)
	} else {
		dst = append(dst, `,"diagnostics":[]`...)
	}
	if result.GetError() != nil {
		dst = append(dst, `,"error":`...)
		dst = appendStatus(dst, result.GetError())
	}
	dst = append(dst, `,"retryable":`...)
	dst = strconv.AppendBool(dst, result.GetRetryable())
	dst = append(dst, `,"possiblyDelivered":`...)
	dst = strconv.AppendBool(dst, result.GetPossiblyDelivered())
	return append(dst, '}')
}
