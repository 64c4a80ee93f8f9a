package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// sizeOf guesses how long an answer gets, so that it is written into one piece of memory.
func sizeOf(
	uploads []*clevertapv1.Upload, results []*transformerv1.EventResult,
	diagnostics []*transformerv1.Diagnostic, lineage []*transformerv1.Lineage,
) int {
	const answer, upload, result, diagnostic, entry = 64, 512, 160, 256, 160
	size := answer + upload*len(uploads) + result*len(results) + diagnostic*len(diagnostics) + entry*len(lineage)
	for _, u := range uploads {
		size += len(u.GetPayloadJson())
	}
	for _, r := range results {
		size += diagnostic*len(r.GetDiagnostics()) + entry*len(r.GetLineage())
	}
	return size
}

// appendTransformResponse appends the answer to a Transform call.
func appendTransformResponse(dst []byte, response *transformerv1.TransformResponse) ([]byte, error) {
	dst = append(dst, `{"status":`...)
	dst = appendEnum(dst, transformerv1.Status_name, int32(response.GetStatus()))
	dst = appendFilterReason(dst, response.GetFilterReason())
	dst = append(dst, ',')
	dst, err := appendUploads(dst, response.GetUploads())
	if err != nil {
		return nil, err
	}
	dst = appendDiagnostics(dst, response.GetDiagnostics())
	dst = appendLineage(dst, response.GetLineage())
	return append(dst, '}'), nil
}

// appendBatchResponse appends the answer to a BatchTransform call.
func appendBatchResponse(dst []byte, response *transformerv1.BatchTransformResponse) ([]byte, error) {
	dst = append(dst, '{')
	dst, err := appendUploads(dst, response.GetUploads())
	if err != nil {
		return nil, err
	}
	dst = append(dst, `,"results":[`...)
	for i, result := range response.GetResults() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendResult(dst, result)
	}
	return append(dst, "]}"...), nil
}

// appendUploads appends the member `uploads`, which is there even when empty.
func appendUploads(dst []byte, uploads []*clevertapv1.Upload) ([]byte, error) {
	dst = append(dst, `"uploads":[`...)
	var err error
	for i, upload := range uploads {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"method":`...)
		dst = document.AppendString(dst, upload.GetMethod())
		dst = append(dst, `,"endpoint":`...)
		dst = document.AppendString(dst, upload.GetEndpoint())
		dst = append(dst, `,"headers":`...)
		dst = appendHeaders(dst, upload.GetHeaders())
		if dst, err = appendPayload(dst, upload); err != nil {
			return nil, err
		}
		dst = append(dst, '}')
	}
	return append(dst, ']'), nil
}

// appendHeaders appends an upload's headers in the order in which a person expects them; any others follow by
// name.
func appendHeaders(dst []byte, headers map[string]string) []byte {
	dst = append(dst, '{')
	first := len(dst)
	member := func(name, value string) {
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = document.AppendString(dst, name)
		dst = append(dst, ':')
		dst = document.AppendString(dst, value)
	}
	order, known := [...]string{clevertap.AccountIDHeader, clevertap.PasscodeHeader, "Content-Type"}, 0
	for _, name := range order {
		if value, ok := headers[name]; ok {
			member(name, value)
			known++
		}
	}
	if len(headers) > known {
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			if !slices.Contains(order[:], name) {
				member(name, headers[name])
			}
		}
	}
	return append(dst, '}')
}

// appendPayload appends the member `payload`: the bytes to send to CleverTap, as they are.
func appendPayload(dst []byte, upload *clevertapv1.Upload) ([]byte, error) {
	switch body := upload.GetBody().(type) {
	case *clevertapv1.Upload_PayloadJson:
		dst = append(dst, `,"payload":`...)
		return append(dst, body.PayloadJson...), nil
	case *clevertapv1.Upload_Payload:
		return appendMessage(append(dst, `,"payload":`...), body.Payload, protojson.MarshalOptions{})
	default:
		return dst, nil
	}
}

// appendResult appends what one event of a batch became.
func appendResult(dst []byte, result *transformerv1.EventResult) []byte {
	dst = append(dst, `{"index":`...)
	dst = strconv.AppendUint(dst, uint64(result.GetIndex()), 10)
	if id := result.GetMessageId(); id != "" {
		dst = append(dst, `,"messageId":`...)
		dst = document.AppendString(dst, id)
	}
	dst = append(dst, `,"status":`...)
	dst = appendEnum(dst, transformerv1.Status_name, int32(result.GetStatus()))
	dst = appendFilterReason(dst, result.GetFilterReason())
	for i, ref := range result.GetRecords() {
		if i == 0 {
			dst = append(dst, `,"records":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"upload":`...)
		dst = strconv.AppendUint(dst, uint64(ref.GetUpload()), 10)
		dst = append(dst, `,"record":`...)
		dst = strconv.AppendUint(dst, uint64(ref.GetRecord()), 10)
		dst = append(dst, '}')
	}
	if len(result.GetRecords()) > 0 {
		dst = append(dst, ']')
	}
	if result.GetError() != nil {
		dst = append(dst, `,"error":`...)
		dst = appendStatus(dst, result.GetError())
	}
	dst = appendDiagnostics(dst, result.GetDiagnostics())
	dst = appendLineage(dst, result.GetLineage())
	return append(dst, '}')
}

// appendFilterReason appends the member `filterReason`, unless there is none.
func appendFilterReason(dst []byte, reason transformerv1.FilterReason) []byte {
	if reason == transformerv1.FilterReason_FILTER_REASON_UNSPECIFIED {
		return dst
	}
	return appendEnum(append(dst, `,"filterReason":`...), transformerv1.FilterReason_name, int32(reason))
}

// appendDiagnostics appends the member `diagnostics`, unless it is empty.
func appendDiagnostics(dst []byte, diagnostics []*transformerv1.Diagnostic) []byte {
	if len(diagnostics) == 0 {
		return dst
	}
	dst = append(dst, `,"diagnostics":[`...)
	for i, diagnostic := range diagnostics {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"severity":`...)
		dst = appendEnum(dst, transformerv1.Severity_name, int32(diagnostic.GetSeverity()))
		dst = append(dst, `,"code":`...)
		dst = document.AppendString(dst, diagnostic.GetCode())
		if path := diagnostic.GetPath(); path != "" {
			dst = append(dst, `,"path":`...)
			dst = document.AppendString(dst, path)
		}
		dst = append(dst, `,"message":`...)
		dst = document.AppendString(dst, diagnostic.GetMessage())
		if code := diagnostic.GetClevertapCode(); code != 0 {
			dst = append(dst, `,"clevertapCode":`...)
			dst = strconv.AppendInt(dst, int64(code), 10)
		}
		if action := diagnostic.GetAction(); action != 0 {
			dst = append(dst, `,"action":`...)
			dst = appendEnum(dst, transformerv1.Action_name, int32(action))
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendLineage appends the member `lineage`, unless it is empty.
func appendLineage(dst []byte, lineage []*transformerv1.Lineage) []byte {
	if len(lineage) == 0 {
		return dst
	}
	dst = append(dst, `,"lineage":[`...)
	for i, entry := range lineage {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"record":`...)
		dst = strconv.AppendUint(dst, uint64(entry.GetRecord()), 10)
		for _, member := range [...]struct{ name, text string }{
			{`,"target":`, entry.GetTarget()},
			{`,"source":`, entry.GetSource()},
			{`,"rule":`, entry.GetRule()},
			{`,"note":`, entry.GetNote()},
		} {
			if member.text != "" {
				dst = append(dst, member.name...)
				dst = document.AppendString(dst, member.text)
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendEnum appends an enum value as protojson spells it: its name, or its number when it has none.
func appendEnum(dst []byte, names map[int32]string, number int32) []byte {
	name, ok := names[number]
	if !ok {
		return strconv.AppendInt(dst, int64(number), 10)
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"')
}

// appendStatus appends an error. A detail whose type is not known here is left out; the code and the message
// never are.
func appendStatus(dst []byte, st *spb.Status) []byte {
	dst = append(dst, `{"code":`...)
	dst = strconv.AppendInt(dst, int64(st.GetCode()), 10)
	dst = append(dst, `,"message":`...)
	dst = document.AppendString(dst, strings.ToValidUTF8(st.GetMessage(), "\ufffd"))
	dst = append(dst, `,"details":[`...)
	first := len(dst)
	for _, detail := range st.GetDetails() {
		text, err := detailJSON(detail)
		if err != nil {
			continue
		}
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = append(dst, text...)
	}
	return append(dst, "]}"...)
}

// detailJSON returns an error's detail as compact JSON.
func detailJSON(detail *anypb.Any) ([]byte, error) {
	text, err := protojson.Marshal(detail)
	if err != nil {
		return nil, fmt.Errorf("gateway: write error detail: %w", err)
	}
	return appendCompact(nil, text)
}

// appendMessage appends any other message as protojson writes it.
func appendMessage(dst []byte, message proto.Message, options protojson.MarshalOptions) ([]byte, error) {
	text, err := options.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("gateway: write %s: %w", message.ProtoReflect().Descriptor().FullName(), err)
	}
	return appendCompact(dst, text)
}

// appendCompact appends JSON text without white space: protojson puts some in at random.
func appendCompact(dst, text []byte) ([]byte, error) {
	compact := bytes.NewBuffer(dst)
	if err := json.Compact(compact, text); err != nil {
		return nil, fmt.Errorf("gateway: compact JSON: %w", err)
	}
	return compact.Bytes(), nil
}
