package server

import (
	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// uploads returns what a packer has gathered as uploads to a destination, typed or as JSON.
func uploads(packer *mapping.Packer, to target, typed bool) []*clevertapv1.Upload {
	n := packer.Len()
	if n == 0 {
		return nil
	}
	headers := uploadHeaders(to)
	list := make([]*clevertapv1.Upload, n)
	for i := range list {
		// The uploads share the map: nobody writes to it any more.
		list[i] = &clevertapv1.Upload{Method: "POST", Endpoint: to.Endpoint(), Headers: headers}
	}
	if typed {
		for i, payload := range packer.Wire() {
			list[i].Body = &clevertapv1.Upload_Payload{Payload: wire.Payload(payload)}
		}
	} else {
		for i, payload := range packer.JSON() {
			list[i].Body = &clevertapv1.Upload_PayloadJson{PayloadJson: payload}
		}
	}
	return list
}

// uploadHeaders returns the HTTP headers of uploads to a destination; a registered one's passcode stays with the server.
func uploadHeaders(to target) map[string]string {
	headers := make(map[string]string)
	for _, header := range to.Headers() {
		if to.registered && header.Name == mapping.PasscodeHeader {
			continue
		}
		headers[header.Name] = header.Value
	}
	return headers
}
