package server

import (
	spb "google.golang.org/genproto/googleapis/rpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// ErrorStatus returns an error of the mapping as the google.rpc.Status that batches and streams answer it with, so that
// whoever uses the mapping without a server says the same.
func ErrorStatus(e *mapping.Error) *spb.Status { return mappingFailure(e).proto() }
