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
	list := make([]*clevertapv1.Upload, n)
	for i := range list {
		list[i] = &clevertapv1.Upload{Method: "POST", Endpoint: to.Endpoint(), Headers: to.headers}
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
