package mapping

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// credentials are the settings that become headers, in order.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var credentials = []struct{ setting, header string }{
	{"accountId", "X-CleverTap-Account-Id"},
	{"passcode", PasscodeHeader},
}

// ParseTransformerConfig compiles a destination's Config, as RudderStack sends it to rudder-transformer, for
// RULESET_TRANSFORMER. Settings are read as that program reads them: nothing is required, checked or refused, and any region
// is written into the endpoint. No text at all is a destination without Config, whose events fail, as are those of a region that is no text. The
// error is INVALID_JSON.
func ParseTransformerConfig(config []byte) (*Destination, *Error) {
	d := &Destination{rules: transformer}
	if len(bytes.TrimSpace(config)) == 0 {
		d.noConfig = true
		return d, nil
	}
	var doc document.Document
	if err := doc.Parse(decodeJavaScript(config), transformer.json); err != nil {
		e := malformed(err, "")
		e.Field, e.Message = "destination", "destination: "+e.Message
		return nil, e
	}
	javascript.Normalize(&doc)
	settings := doc.Root()
	if settings.Kind() == document.Null {
		d.noConfig = true
		return d, nil
	}
	d.trackAnonymous = javascript.Truthy(settings.Get("trackAnonymous"))
	d.objectIDMapping = javascript.Truthy(settings.Get("enableObjectIdMapping"))
	d.endpoint = "https://api.clevertap.com/1/upload"
	if region := settings.Get("region"); javascript.Truthy(region) && !region.Is("none") {
		text, err := javascript.AppendText(nil, region)
		if err != nil {
			d.unusable = &Error{
				Reason: InvalidDestination, Field: "destination.Config.region", Kind: region.Kind(),
				Message: "the region can't be read as text: " + err.Error(),
			}
		}
		d.endpoint = "https://" + strings.ToValidUTF8(string(text), "\ufffd") + ".api.clevertap.com/1/upload"
	}
	d.setTransformerHeaders(&doc, settings)
	return d, nil
}

// setTransformerHeaders writes the headers: credentials that are given, whatever their type.
func (d *Destination) setTransformerHeaders(doc *document.Document, settings document.Value) {
	headers := doc.NewObject()
	for _, c := range credentials {
		v := settings.Get(c.setting)
		if !v.Exists() {
			continue
		}
		headers.Set(c.header, v)
		if v.Kind() == document.String && utf8.Valid(v.Bytes()) || v.Kind() == document.Number {
			d.headers = append(d.headers, Header{c.header, v.Text()})
		}
	}
	headers.SetText("Content-Type", "application/json")
	d.headers = append(d.headers, Header{"Content-Type", "application/json"})
	javascript.Finite(headers)
	d.headersJSON = headers.AppendJSON(nil)
}

// transformerDestination compiles typed settings for RULESET_TRANSFORMER. Those that are not set are missing.
func transformerDestination(s settings) (*Destination, *Error) {
	var doc document.Document
	doc.Reset()
	config := doc.NewObject()
	for _, f := range []struct{ key, text string }{{"accountId", s.accountID}, {"passcode", s.passcode}, {"region", s.region}} {
		if f.text != "" {
			config.SetText(f.key, f.text)
		}
	}
	config.Set("trackAnonymous", doc.NewBool(s.trackAnonymous))
	config.Set("enableObjectIdMapping", doc.NewBool(s.objectIDMapping))
	return ParseTransformerConfig(config.AppendJSON(nil))
}
