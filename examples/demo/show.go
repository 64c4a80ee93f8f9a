package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// readLines returns the lines of a file that are not blank.
func readLines(name string) (lines [][]byte, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		if line := bytes.TrimSpace(scanner.Bytes()); len(line) > 0 {
			lines = append(lines, bytes.Clone(line))
		}
	}
	return lines, scanner.Err()
}

// separate separates JSON from what is none, which can't be part of a batch over REST.
func separate(lines [][]byte) (events, broken [][]byte) {
	for _, line := range lines {
		if json.Valid(line) {
			events = append(events, line)
		} else {
			broken = append(broken, line)
		}
	}
	return events, broken
}

// printer prints for a person, in colour on a terminal.
type printer struct {
	out    io.Writer
	colour bool
}

// The colours, as a terminal wants them.
const (
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	normal = "\x1b[0m"
)

// newPrinter returns a printer to a file.
func newPrinter(out *os.File) *printer {
	return &printer{out: out, colour: isatty.IsTerminal(out.Fd())}
}

// linef prints one line.
func (p *printer) linef(colour, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if p.colour && colour != "" {
		text = colour + text + normal
	}
	fmt.Fprintln(p.out, text)
}

// title prints what comes, and where it is.
func (p *printer) title(title, from string) {
	p.linef("", "")
	p.linef(bold, "%s", title)
	p.linef(dim, "%s", from)
}

// result prints an event and what became of it.
func (p *printer) result(event []byte, answer *batchAnswer, r result) {
	p.event(event)
	for _, at := range r.Records {
		var body struct {
			D []json.RawMessage `json:"d"`
		}
		if json.Unmarshal(answer.Uploads[at.Upload].Payload, &body) == nil && at.Record < len(body.D) {
			p.record(body.D[at.Record])
		}
	}
	if r.Status == transformerv1.Status_STATUS_FILTERED.String() {
		p.linef(green, "    → nothing: filtered")
	}
	if r.Error != nil {
		p.fault(r.Error)
	}
	for _, d := range r.Diagnostics {
		p.diagnostic(d.Code, d.Path, d.Message)
	}
}

// event prints an event, behind what it shows where its messageId says so.
func (p *printer) event(event []byte) {
	var named struct {
		MessageID string `json:"messageId"`
	}
	if json.Unmarshal(event, &named) == nil {
		p.linef("", "  %s", named.MessageID)
	} else {
		p.linef("", "  not JSON")
	}
	p.linef(dim, "    %s", event)
}

// record prints a record for CleverTap.
func (p *printer) record(record []byte) { p.linef(green, "    → %s", record) }

// fault prints why an event failed.
func (p *printer) fault(f *fault) {
	reason := "no reason"
	if len(f.Details) > 0 {
		reason = f.Details[0].Reason
	}
	p.linef(red, "    ✗ %s: %s", reason, f.Message)
}

// diagnostic prints what was changed.
func (p *printer) diagnostic(code, path, message string) {
	p.linef(yellow, "    ! %s %s: %s", code, path, message)
}

// showTyped transforms a typed event, as a caller with generated stubs does.
func showTyped(ctx context.Context, p *printer, rpc *rpcClient) error {
	properties, err := structpb.NewStruct(map[string]any{"total_value": 2000, "coupons": []any{"GAMES"}})
	if err != nil {
		return err
	}
	event := &rudderstackv1.Event{Type: "track", MessageId: "typed-event", UserId: "u-1001", Event: "Checked Out", Properties: properties}
	answer, err := rpc.Transform(ctx, &transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_Event{Event: event},
		Target: &transformerv1.TransformRequest_Destination{Destination: &clevertapv1.Destination{
			AccountId: "ACCOUNT-ID", Passcode: "PASSCODE", Region: "in1",
		}},
	})
	if err != nil {
		return err
	}
	text, err := compact(event)
	if err != nil {
		return err
	}
	p.title("Typed events over gRPC are answered with typed records", "TransformService.Transform")
	p.event(text)
	for _, upload := range answer.GetUploads() {
		for _, record := range upload.GetPayload().GetD() {
			if text, err = compact(record); err != nil {
				return err
			}
			p.record(text)
		}
	}
	for _, d := range answer.GetDiagnostics() {
		p.diagnostic(d.GetCode(), d.GetPath(), d.GetMessage())
	}
	return nil
}

// compact returns a message's JSON form without the white space that protojson puts in at random.
func compact(message proto.Message) ([]byte, error) {
	text, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	var compacted bytes.Buffer
	err = json.Compact(&compacted, text)
	return compacted.Bytes(), err
}
