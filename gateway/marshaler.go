package gateway

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

const contentType = "application/json"

// marshaler is the JSON form of the API's messages. Requests are read by their forms, and the answers to
// transform calls written by hand, so that the JSON in them passes through; all else is protojson's.
type marshaler struct {
	// forms are those of the requests, by the name of their message.
	forms map[protoreflect.FullName]*form
	// maxBatchEvents is how many events are taken out of a body, 0 for all.
	maxBatchEvents int
}

var _ runtime.Marshaler = marshaler{}

// newMarshaler returns a marshaler of all requests that REST takes.
func newMarshaler(maxBatchEvents int) (marshaler, error) {
	forms, err := newForms()
	return marshaler{forms: forms, maxBatchEvents: maxBatchEvents}, err
}

// ContentType returns the media type of every answer.
func (marshaler) ContentType(any) string { return contentType }

// Marshal returns a message's JSON text.
func (marshaler) Marshal(v any) ([]byte, error) {
	switch message := v.(type) {
	case *transformerv1.TransformResponse:
		return appendTransformResponse(
			make([]byte, 0, sizeOf(message.GetUploads(), nil, message.GetDiagnostics(), message.GetLineage())), message,
		)
	case *transformerv1.BatchTransformResponse:
		return appendBatchResponse(
			make([]byte, 0, sizeOf(message.GetUploads(), message.GetResults(), nil, nil)), message,
		)
	case *transformerv1.DeliverResponse:
		return appendDeliverResponse(make([]byte, 0, sizeOfDelivery(message)), message), nil
	case proto.Message:
		// With the members that have their default values, so that an answer says `"required": false` in so
		// many words.
		return appendMessage(nil, message, protojson.MarshalOptions{EmitDefaultValues: true})
	default:
		return nil, fmt.Errorf("gateway: %T is not a message", v)
	}
}

// Unmarshal reads a request from JSON text. The message keeps parts of the text, so data must not change
// afterwards. The error is a *document.SyntaxError or an *apierr.Error.
func (m marshaler) Unmarshal(data []byte, v any) error {
	message, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("gateway: %T is not a message", v)
	}
	request := message.ProtoReflect()
	form := m.forms[request.Descriptor().FullName()]
	if form == nil {
		return fmt.Errorf("gateway: %T has no JSON form", v)
	}
	e := envelope{form: form, maxList: m.maxBatchEvents}
	if err := e.read(data); err != nil {
		return err
	}
	if err := e.choose(); err != nil {
		return err
	}
	for i := range form.keys {
		if e.parts[i] == nil {
			continue
		}
		if form.keys[i].isList() {
			form.setList(message, e.list)
		} else if err := setField(request, &form.keys[i], e.parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// setField sets a field of a request from the text of a value. The error is an *apierr.Error.
func setField(request protoreflect.Message, k *key, text []byte) error {
	kind := document.KindAt(text)
	switch {
	case k.verbatim:
		request.Set(k.field, protoreflect.ValueOfBytes(text))
	case k.field.IsList(), k.field.IsMap():
		return setByProtojson(request, k, text)
	case k.field.Kind() == protoreflect.EnumKind:
		number, err := enumNumber(k, text)
		if err != nil {
			return err
		}
		request.Set(k.field, protoreflect.ValueOfEnum(number))
	case k.field.Kind() != protoreflect.StringKind:
		return setByProtojson(request, k, text)
	case kind != document.String:
		return wrongKind(k.name, "a string", kind)
	case !utf8.Valid(text):
		return apierr.Field(apierr.InvalidJSON, k.name, k.name+" is not UTF-8")
	default:
		request.Set(k.field, protoreflect.ValueOfString(document.Unquote(text)))
	}
	return nil
}

// setByProtojson sets a field that needs no care of its own. What protojson says of a fault is not for
// people.
func setByProtojson(request protoreflect.Message, k *key, text []byte) error {
	alone := request.New().Interface()
	if err := protojson.Unmarshal([]byte(`{"`+k.name+`":`+string(text)+`}`), alone); err != nil {
		want := "as /openapi.json describes it"
		if k.field.Kind() == protoreflect.BoolKind && !k.field.IsList() {
			want = "true or false"
		}
		return wrongKind(k.name, want, document.KindAt(text))
	}
	proto.Merge(request.Interface(), alone)
	return nil
}

// enumNumber returns an enum's value, given by name or number as protojson takes it.
func enumNumber(k *key, text []byte) (protoreflect.EnumNumber, error) {
	switch kind := document.KindAt(text); kind {
	case document.String:
		name := document.Unquote(text)
		if value := k.field.Enum().Values().ByName(protoreflect.Name(name)); value != nil {
			return value.Number(), nil
		}
		return 0, unknownEnum(k, strconv.Quote(apierr.Quote(name)))
	case document.Number:
		number, err := strconv.ParseFloat(string(text), 64)
		if err != nil || number != math.Trunc(number) || math.Abs(number) > math.MaxInt32 {
			return 0, unknownEnum(k, apierr.Quote(string(text)))
		}
		return protoreflect.EnumNumber(number), nil
	default:
		return 0, wrongKind(k.name, "a string", kind)
	}
}

// unknownEnum refuses a value that an enum does not have.
func unknownEnum(k *key, given string) error {
	var names []string
	values := k.field.Enum().Values()
	for i := range values.Len() {
		if values.Get(i).Number() != 0 {
			names = append(names, string(values.Get(i).Name()))
		}
	}
	last := len(names) - 1
	return apierr.Field(apierr.InvalidRequest, k.name,
		k.name+" "+given+" is unknown: use "+strings.Join(names[:last], ", ")+" or "+names[last])
}

// NewDecoder returns a decoder of one request.
func (m marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		body, ok := r.(*requestBody)
		if !ok {
			plain, err := middleware.NewBody(&http.Request{ContentLength: -1}, r, DefaultMaxBodyBytes)
			if err != nil {
				return err
			}
			body = &requestBody{Body: plain, ctx: context.Background()}
		}
		text, err := body.Text(body.ctx, &body.lease)
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

// requestBody is a request's body on its way to the decoder.
type requestBody struct {
	middleware.Body
	io.Closer

	// ctx is the request's.
	ctx context.Context //nolint:containedctx // It lives as long as the request.
	// lease is the memory of the call.
	lease budget.Lease
	// err is why it could not be decoded. The error handler finds it here.
	err error
}

// newRequestBody returns a request's body, which may be compressed with gzip. The error is an *apierr.Error.
func newRequestBody(r *http.Request, limit int64, memory *budget.Budget) (*requestBody, error) {
	body, err := middleware.NewBody(r, r.Body, limit, middleware.Gzip)
	return &requestBody{Body: body, Closer: r.Body, ctx: r.Context(), lease: memory.Lease()}, err
}
