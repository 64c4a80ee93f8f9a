package gateway

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

const contentType = "application/json"

// marshaler is the JSON form of the API's messages. Requests and the answers to transform calls are read and written by
// hand, so that the JSON in them passes through; all else is protojson's.
type marshaler struct {
	// maxBatchEvents is how many events are taken out of a body, 0 for all.
	maxBatchEvents int
}

var _ runtime.Marshaler = marshaler{}

// ContentType returns the media type of every answer.
func (marshaler) ContentType(any) string { return contentType }

// Marshal returns a message's JSON text.
func (marshaler) Marshal(v any) ([]byte, error) {
	switch message := v.(type) {
	case *transformerv1.TransformResponse:
		return appendTransformResponse(make([]byte, 0, sizeOf(message.GetUploads(), nil, message.GetDiagnostics())), message)
	case *transformerv1.BatchTransformResponse:
		return appendBatchResponse(make([]byte, 0, sizeOf(message.GetUploads(), message.GetResults(), nil)), message)
	case proto.Message:
		// With the members that have their default values, so that an answer says `"required": false` in so many words.
		return appendMessage(nil, message, protojson.MarshalOptions{EmitDefaultValues: true})
	default:
		return nil, fmt.Errorf("gateway: %T is no message", v)
	}
}

// Unmarshal reads a request from JSON text. The message keeps parts of the text, so data must not change afterwards. The
// error is a *document.SyntaxError or a *problem.
func (m marshaler) Unmarshal(data []byte, v any) error {
	switch request := v.(type) {
	case *transformerv1.TransformRequest:
		return readTransformRequest(data, request)
	case *transformerv1.BatchTransformRequest:
		return readBatchRequest(data, request, m.maxBatchEvents)
	case *transformerv1.ValidateDestinationRequest:
		return readValidateRequest(data, request)
	default:
		return fmt.Errorf("gateway: %T has no JSON form", v)
	}
}

// NewDecoder returns a decoder of one request.
func (m marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		body, ok := r.(*requestBody)
		if !ok {
			body = &requestBody{ReadCloser: io.NopCloser(r), limit: DefaultMaxBodyBytes}
		}
		text, err := body.text()
		if err == nil {
			err = m.Unmarshal(text, v)
		}
		body.err = err
		return err
	})
}

// NewEncoder returns an encoder.
func (m marshaler) NewEncoder(w io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(v any) error {
		text, err := m.Marshal(v)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
}

func readTransformRequest(body []byte, into *transformerv1.TransformRequest) error {
	var e envelope
	if err := e.read(body, keyEvent, keyDestination, keyDestinationID, keyMinSeverity); err != nil {
		return err
	}
	if e.event == nil {
		return missing(keyEvent, "the RudderStack event")
	}
	settings, id, err := e.target()
	if err != nil {
		return err
	}
	if into.MinSeverity, err = e.severity(); err != nil {
		return err
	}
	into.EventForm = &transformerv1.TransformRequest_EventJson{EventJson: e.event}
	if settings != nil {
		into.Target = &transformerv1.TransformRequest_DestinationJson{DestinationJson: settings}
	} else {
		into.Target = &transformerv1.TransformRequest_DestinationId{DestinationId: id}
	}
	return nil
}

func readBatchRequest(body []byte, into *transformerv1.BatchTransformRequest, maxEvents int) error {
	e := envelope{maxBatch: maxEvents}
	if err := e.read(body, keyEvents, keyDestination, keyDestinationID, keyMinSeverity); err != nil {
		return err
	}
	settings, id, err := e.target()
	if err != nil {
		return err
	}
	if into.MinSeverity, err = e.severity(); err != nil {
		return err
	}
	into.EventsJson = e.batch
	if settings != nil {
		into.Target = &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: settings}
	} else {
		into.Target = &transformerv1.BatchTransformRequest_DestinationId{DestinationId: id}
	}
	return nil
}

func readValidateRequest(body []byte, into *transformerv1.ValidateDestinationRequest) error {
	var e envelope
	if err := e.read(body, keyDestination); err != nil {
		return err
	}
	if e.destination == nil {
		return missing(keyDestination, "the destination's settings")
	}
	into.Settings = &transformerv1.ValidateDestinationRequest_DestinationJson{DestinationJson: e.destination}
	return nil
}

func missing(key, what string) *problem {
	return &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
		field:   key,
		message: key + " is missing: give " + what,
	}
}

// requestBody is a request's body on its way to the decoder: bounded, decompressed, and read into memory once.
type requestBody struct {
	io.ReadCloser
	// declared is the length that the request declares, negative when it does not.
	declared int64
	// limit is how long the body may be, also when decompressed.
	limit int64
	// zipped tells that it is compressed with gzip.
	zipped bool
	// err is why it could not be decoded. The error handler finds it here.
	err error
}

// text reads the whole body.
func (b *requestBody) text() ([]byte, error) {
	// What a client declares is believed up to here, so that a declaration alone costs little memory.
	const trusted = 1 << 20
	if b.declared > b.limit {
		return nil, b.tooLarge()
	}
	from := io.LimitReader(b.ReadCloser, b.limit+1)
	if b.zipped {
		unzipped, err := gzip.NewReader(from)
		if err != nil {
			return nil, b.unreadable(err)
		}
		from = io.LimitReader(unzipped, b.limit+1)
	}
	size := min(max(b.declared, 0), trusted)
	read := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := read.ReadFrom(from); err != nil {
		return nil, b.unreadable(err)
	}
	if int64(read.Len()) > b.limit {
		return nil, b.tooLarge()
	}
	return read.Bytes(), nil
}

func (b *requestBody) tooLarge() *problem {
	return &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE,
		code:    codes.ResourceExhausted,
		limit:   b.limit,
		message: fmt.Sprintf("the body is larger than %d bytes: send fewer events at once", b.limit),
	}
}

// unreadable tells why reading the body failed. The reader's own words are about connections, so they are not repeated.
func (b *requestBody) unreadable(err error) *problem {
	p := &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
		message: "the body could not be read to its end",
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		p.http = http.StatusRequestTimeout
	case b.zipped:
		p.message = "the body is not gzip, as its Content-Encoding says, or cut short"
	}
	return p
}
