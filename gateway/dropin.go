package gateway

import (
	"net/http"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
)

// DropinOptions say what rudder-transformer's routes are made of.
type DropinOptions = dropin.Options

// DefaultMaxDropinBodyBytes is the longest body that rudder-transformer's routes take unless options say
// otherwise.
const DefaultMaxDropinBodyBytes = dropin.DefaultMaxBodyBytes

// NewDropin returns the handler of rudder-transformer's routes, for a listener of their own: rudder-server
// calls them and has no credentials to show. It starts nothing and holds nothing that needs closing; idle
// connections to the upstream close by themselves.
func NewDropin(options DropinOptions) (http.Handler, error) { return dropin.New(options) }
