package dropin

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

const (
	// proxyAgent is the User-Agent under which rudder-transformer delivers.
	proxyAgent = "RudderLabs"
	// proxyAccept is what its HTTP client accepts.
	proxyAccept = "application/json, text/plain, */*"
)

// proxyRequest is a proxy call: one request for CleverTap and the jobs that it belongs to. Its parts are
// texts of values, or nothing.
type proxyRequest struct {
	// version, destination and timeoutMs are those of the call.
	version     uint32
	destination string
	timeoutMs   uint32
	// endpoint, verb, headers, params and body are the request.
	endpoint, verb, headers, params, body []byte
	// jobs are the metadata of the jobs: in version 0 those of the first job, or nothing.
	jobs [][]byte
	// records are those of body.JSON.d once payload has read it; absent when there are none.
	records document.Value
}

// readProxy reads a proxy call. The refusal is the whole answer: the body is not JSON, or there is nobody to
// answer to.
func readProxy(r *transformerv1.ProxyDeliveryRequest) (*proxyRequest, *refusal) {
	body, refused := readBody(r.GetBody(), nil)
	if refused != nil {
		return nil, refused
	}
	p := &proxyRequest{version: r.GetVersion(), destination: r.GetDestination(), timeoutMs: r.GetTimeoutMs()}
	var metadata []byte
	parts(body.text, func(key, value []byte) {
		for name, part := range map[string]*[]byte{
			"endpoint": &p.endpoint, "method": &p.verb, "headers": &p.headers, "params": &p.params,
			"body": &p.body, "metadata": &metadata,
		} {
			if document.QuotedIs(key, name) {
				*part = value
			}
		}
	})
	if p.version == 0 {
		p.jobs = [][]byte{metadata}
		return p, p.checkMetadata()
	}
	if document.KindAt(metadata) != document.Array {
		return nil, refuse("metadata must be an array with one object for each job: nothing was sent")
	}
	p.jobs = elements(metadata)
	return p, p.checkMetadata()
}

// checkMetadata refuses metadata that the answer can't repeat: it is well-formed, so it is nested deeper than
// encoding/json writes.
func (p *proxyRequest) checkMetadata() *refusal {
	for _, metadata := range p.jobs {
		if metadata != nil && !json.Valid(metadata) {
			return refuse("metadata is nested too deep to be repeated in the answer: nothing was sent")
		}
	}
	return nil
}

// elements returns the texts of an array's elements. The text is well-formed.
func elements(array []byte) [][]byte {
	list := [][]byte{}
	s := document.Scanner{Text: array}
	if s.Peek() == '[' {
		s.Array(func() bool {
			element, ok := s.Part()
			list = append(list, element)
			return ok
		})
	}
	return list
}

// plainUTF8 returns bytes as a text decoder reads them, without a byte order mark.
func plainUTF8(body []byte) []byte {
	text := javascript.ToValidUTF8(body)
	if len(text) >= 3 && string(text[:3]) == "\ufeff" {
		return text[3:]
	}
	return text
}

// parseJavaScript parses a text as JSON.parse does, ready to be written as JSON.stringify does. The error
// says where it is not JSON, or that it is nested too deep.
func parseJavaScript(text []byte) (*document.Document, error) {
	var doc document.Document
	if err := doc.Parse(text, lenient()); err != nil {
		return nil, err
	}
	if javascript.Normalize(&doc) {
		javascript.Finite(doc.Root())
	}
	return &doc, nil
}

// plainText returns the text of a JSON string, and nothing for another value.
func plainText(value []byte) string {
	if document.KindAt(value) != document.String {
		return ""
	}
	return document.Unquote(value)
}

// method returns the HTTP method. Rudder-transformer's client takes GET when there is none.
func (p *proxyRequest) method() string {
	if verb := plainText(p.verb); verb != "" {
		return strings.ToUpper(verb)
	}
	return "GET"
}

// proxyPayload is what to send.
type proxyPayload struct {
	// text is the body; nil when there is none.
	text []byte
	// contentType is how it is called unless a header says otherwise.
	contentType string
}

// payload returns what to send: the content of the last format of the body that has some.
func (p *proxyRequest) payload() (proxyPayload, error) {
	if document.KindAt(p.body) != document.Object {
		return proxyPayload{}, errors.New(
			"body must be an object with the formats of what to send: nothing was sent",
		)
	}
	doc, err := parseJavaScript(p.body)
	if err != nil {
		return proxyPayload{}, fmt.Errorf("body: %w", err)
	}
	var content document.Value
	for format := doc.Root().First(); format.Exists(); format = format.Next() {
		if hasContent(format) {
			content = format
		}
	}
	switch content.Key() {
	case "JSON":
		p.records = content.Get("d")
		return contentOf(content, "application/json"), nil
	case "JSON_ARRAY":
		return contentOf(content.Get("batch"), "application/json"), nil
	case "XML":
		return contentOf(content.Get("payload"), "application/x-www-form-urlencoded"), nil
	case "FORM":
		return proxyPayload{form(content), "application/x-www-form-urlencoded;charset=utf-8"}, nil
	case "GZIP":
		return proxyPayload{}, errors.New("body.GZIP is not sent to CleverTap: use body.JSON")
	default:
		return proxyPayload{}, nil
	}
}

// hasContent reports whether lodash takes a value for not empty: a string, array or object with something in
// it.
func hasContent(v document.Value) bool {
	return v.Kind() == document.String && len(v.Bytes()) > 0 || v.Kind() >= document.Array && !v.Empty()
}

// contentOf returns a value as what to send: a string as it is, another value as JSON, nothing when it is
// absent.
func contentOf(v document.Value, contentType string) proxyPayload {
	switch v.Kind() {
	case document.Invalid:
		return proxyPayload{}
	case document.String:
		return proxyPayload{v.Bytes(), contentType}
	default:
		return proxyPayload{v.AppendJSON(nil), contentType}
	}
}

// headerList returns the headers: those given, by rudder-transformer's name. What is null or false is left
// out.
func (p *proxyRequest) headerList(payload proxyPayload) ([]delivery.Header, error) {
	list := []delivery.Header{{Name: "Accept", Value: proxyAccept}}
	if payload.text != nil {
		list = append(list, delivery.Header{Name: "Content-Type", Value: payload.contentType})
	}
	if document.KindAt(p.headers) != document.Object {
		return nil, errors.New("headers must be an object: nothing was sent")
	}
	doc, err := parseJavaScript(p.headers)
	if err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	for h := doc.Root().First(); h.Exists(); h = h.Next() {
		if javascript.Nullish(h) || h.Kind() == document.Bool && !h.True() {
			continue
		}
		if payload.text == nil && strings.EqualFold(h.Key(), "Content-Type") {
			continue
		}
		text, err := headerText(h)
		if err != nil {
			return nil, fmt.Errorf("headers.%s: %w", h.Key(), err)
		}
		list = append(list, delivery.Header{Name: h.Key(), Value: text})
	}
	return append(list, delivery.Header{Name: "User-Agent", Value: proxyAgent}), nil
}

// headerText returns a value as the text of a header, whose characters are those of Latin-1. What is wrong
// with others is said by who sends them.
func headerText(v document.Value) (string, error) {
	text, err := javascript.AppendText(nil, v)
	if err != nil {
		return "", err
	}
	latin := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r > 0xff {
			return "", errors.New("it holds characters that an HTTP header can't: nothing was sent")
		}
		latin = append(latin, byte(r))
	}
	return string(latin), nil
}
