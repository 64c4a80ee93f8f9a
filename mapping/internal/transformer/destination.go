package transformer

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// ParseConfig compiles a destination's Config as rudder-transformer reads it: nothing is required, checked or
// refused, and any region is written into the endpoint. No text at all is a destination without Config, whose
// events fail, as are those of a region that is not a string. The error is INVALID_JSON.
func ParseConfig(config []byte) (rules.Destination, *rules.Error) {
	if len(bytes.TrimSpace(config)) == 0 {
		return rules.Destination{NoConfig: true}, nil
	}
	var doc document.Document
	if err := doc.Parse(decode(config), ruleset.JSON); err != nil {
		return rules.Destination{}, rules.MalformedDestination(err)
	}
	javascript.Normalize(&doc)
	settings := doc.Root()
	if settings.Kind() == document.Null {
		return rules.Destination{NoConfig: true}, nil
	}
	to := rules.Destination{
		TrackAnonymous:  javascript.Truthy(settings.Get("trackAnonymous")),
		ObjectIDMapping: javascript.Truthy(settings.Get("enableObjectIdMapping")),
	}
	setEndpoint(&to, settings.Get("region"))
	setHeaders(&to, &doc, settings)
	return to, nil
}

// setEndpoint writes the address. The host is not looked up: a region that nobody knows has one too.
func setEndpoint(to *rules.Destination, region document.Value) {
	subdomain := ""
	if javascript.Truthy(region) && !region.Is("none") {
		text, err := javascript.AppendText(nil, region)
		if err != nil {
			to.Unusable = &rules.Error{
				Reason: rules.InvalidDestination, Field: "destination.Config.region", Kind: region.Kind(),
				Message: "the region can't be read as text: " + err.Error(),
			}
		}
		subdomain = strings.ToValidUTF8(string(text), "\ufffd") + "."
	}
	to.Endpoint = "https://" + subdomain + "api.clevertap.com" + clevertap.UploadPath
}

// credentials are the settings that become headers, in order.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var credentials = []struct{ setting, header string }{
	{"accountId", clevertap.AccountIDHeader},
	{"passcode", clevertap.PasscodeHeader},
}

// setHeaders writes the headers: credentials that are given, whatever their type.
func setHeaders(to *rules.Destination, doc *document.Document, settings document.Value) {
	headers := doc.NewObject()
	for _, c := range credentials {
		v := settings.Get(c.setting)
		if !v.Exists() {
			continue
		}
		headers.Set(c.header, v)
		if v.Kind() == document.String && utf8.Valid(v.Bytes()) || v.Kind() == document.Number {
			to.Headers = append(to.Headers, rules.Header{Name: c.header, Value: v.Text()})
		}
	}
	headers.SetText("Content-Type", clevertap.ContentType)
	to.Headers = append(to.Headers, rules.Header{Name: "Content-Type", Value: clevertap.ContentType})
	javascript.Finite(headers)
	to.HeadersJSON = headers.AppendJSON(nil)
}
