package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// delivering is a service that delivers to a stand-in for CleverTap.
type delivering struct {
	service
	transformerv1.DeliveryServiceClient

	stub *clevertapstub.Stub
}

// attempts is how often an upload is sent.
const attempts = 3

// startDelivery serves until the test ends. It tries again at once.
func startDelivery(t *testing.T, stub clevertapstub.Options, sending delivery.SenderOptions, options server.Options) delivering {
	t.Helper()
	d := delivering{stub: clevertapstub.New(stub)}
	web := httptest.NewServer(d.stub)
	t.Cleanup(web.Close)
	base, err := url.Parse(web.URL)
	require.NoError(t, err)
	options.CleverTap = delivery.New(delivery.Options{BaseURL: base})
	t.Cleanup(options.CleverTap.Close)
	sending.MaxAttempts, sending.RetryBase, sending.RetryMax = attempts, time.Millisecond, 5*time.Millisecond
	sending.BreakerFailures, sending.CredentialPause = 1000, time.Millisecond
	options.Sender, err = delivery.NewSender(options.CleverTap, sending)
	require.NoError(t, err)
	t.Cleanup(func() { _ = options.Sender.Stop(context.Background()) })
	d.service = startService(t, options)
	d.DeliveryServiceClient = transformerv1.NewDeliveryServiceClient(d.conn)
	return d
}

// settingsOf are those of a destination: an account, and the rest.
func settingsOf(account, more string) string {
	return fmt.Sprintf(`{"accountId":%q,"passcode":"PASSCODE","region":"in1","trackAnonymous":true%s}`, account, more)
}

// ways are the ways to deliver events, each by an account of its own.
func (d delivering) ways() map[string]func(t *testing.T, ctx context.Context, more string, dry bool, events ...string) []*transformerv1.DeliveryResult {
	return map[string]func(t *testing.T, ctx context.Context, more string, dry bool, events ...string) []*transformerv1.DeliveryResult{
		"REST": func(t *testing.T, ctx context.Context, more string, dry bool, events ...string) []*transformerv1.DeliveryResult {
			t.Helper()
			headers := []string{}
			if deadline, ok := ctx.Deadline(); ok {
				headers = append(headers, "Grpc-Timeout", fmt.Sprintf("%dm", time.Until(deadline).Milliseconds()))
			}
			body := fmt.Sprintf(`{"events":[%s],"destination":%s,"dryRun":%t}`, strings.Join(events, ","), settingsOf(t.Name(), more), dry)
			answer := d.do(t, http.MethodPost, "/v1/deliver", body, headers...)
			require.Equal(t, http.StatusOK, answer.status, answer.body)
			requireDense(t, answer.body, len(events))
			var response transformerv1.DeliverResponse
			require.NoError(t, protojson.Unmarshal([]byte(answer.body), &response))
			return results(t, &response)
		},
		"JSON over gRPC": func(t *testing.T, ctx context.Context, more string, dry bool, events ...string) []*transformerv1.DeliveryResult {
			t.Helper()
			request := &transformerv1.DeliverRequest{
				DryRun: dry, Target: &transformerv1.DeliverRequest_DestinationJson{DestinationJson: []byte(settingsOf(t.Name(), more))},
			}
			for _, event := range events {
				request.EventsJson = append(request.EventsJson, []byte(event))
			}
			response, err := d.Deliver(ctx, request)
			require.NoError(t, err)
			return results(t, response)
		},
		"typed": func(t *testing.T, ctx context.Context, more string, dry bool, events ...string) []*transformerv1.DeliveryResult {
			t.Helper()
			to := &clevertapv1.Destination{}
			require.NoError(t, protojson.Unmarshal([]byte(settingsOf(t.Name(), more)), to))
			request := &transformerv1.DeliverRequest{DryRun: dry, Target: &transformerv1.DeliverRequest_Destination{Destination: to}}
			for _, event := range events {
				typed := &rudderstackv1.Event{}
				require.NoError(t, protojson.Unmarshal([]byte(event), typed))
				request.Events = append(request.Events, typed)
			}
			response, err := d.Deliver(ctx, request)
			require.NoError(t, err)
			return results(t, response)
		},
		"stream": func(t *testing.T, ctx context.Context, more string, dry bool, events ...string) []*transformerv1.DeliveryResult {
			t.Helper()
			stream, err := d.StreamDeliver(ctx)
			require.NoError(t, err)
			request := &transformerv1.StreamDeliverRequest{
				Sequence: 7, DryRun: dry, Target: &transformerv1.StreamDeliverRequest_DestinationJson{DestinationJson: []byte(settingsOf(t.Name(), more))},
			}
			for _, event := range events {
				request.EventsJson = append(request.EventsJson, []byte(event))
			}
			require.NoError(t, stream.Send(request))
			response, err := stream.Recv()
			require.NoError(t, err)
			require.Nil(t, response.GetError())
			require.EqualValues(t, 7, response.GetSequence())
			require.NoError(t, stream.CloseSend())
			return results(t, &transformerv1.DeliverResponse{Results: response.GetResults(), Summary: response.GetSummary()})
		},
	}
}

// results returns the results of an answer, whose summary must count them.
func results(t *testing.T, r *transformerv1.DeliverResponse) []*transformerv1.DeliveryResult {
	t.Helper()
	counts := map[transformerv1.Outcome]uint32{}
	for i, result := range r.GetResults() {
		require.EqualValues(t, i, result.GetIndex())
		counts[result.GetOutcome()]++
	}
	sum := r.GetSummary()
	require.Equal(t, map[transformerv1.Outcome]uint32{1: sum.GetDelivered(), 2: sum.GetFiltered(), 3: sum.GetInvalid(), 4: sum.GetRefused(), 5: sum.GetUndelivered()},
		map[transformerv1.Outcome]uint32{1: counts[1], 2: counts[2], 3: counts[3], 4: counts[4], 5: counts[5]})
	return r.GetResults()
}

// requireDense: all members of results and summary are there, zero or not.
func requireDense(t *testing.T, body string, events int) {
	t.Helper()
	var answer struct {
		Results []map[string]any
		Summary map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.Len(t, answer.Results, events)
	for _, result := range answer.Results {
		for _, member := range []string{"index", "outcome", "attempts", "diagnostics", "retryable", "possiblyDelivered"} {
			require.Contains(t, result, member)
		}
	}
	for _, member := range []string{"delivered", "filtered", "invalid", "refused", "undelivered"} {
		require.Contains(t, answer.Summary, member)
	}
}

// told is what the caller is told of an event, in a line.
func told(t *testing.T, r *transformerv1.DeliveryResult) string {
	t.Helper()
	text := strings.TrimPrefix(r.GetOutcome().String(), "OUTCOME_") + fmt.Sprintf(" after %d", r.GetAttempts())
	if r.GetError() != nil {
		info := &errdetails.ErrorInfo{}
		require.NoError(t, r.GetError().GetDetails()[0].UnmarshalTo(info))
		text += ": " + info.GetReason()
		if code := info.GetMetadata()["clevertapCode"]; code != "" {
			text += " " + code
		}
		if field := info.GetMetadata()["field"]; field != "" {
			text += " " + field
		}
		require.NotContains(t, r.GetError().GetMessage()+info.String(), "PASSCODE")
		require.NotEqual(t, codes.OK, codes.Code(r.GetError().GetCode()))
	}
	if r.GetRetryable() {
		text += ", retryable"
	}
	if r.GetPossiblyDelivered() {
		text += ", possibly delivered"
	}
	return text
}

const (
	checkedOut = `{"type":"track","messageId":"m-1","userId":"u-1","event":"Checked Out"}`
	launched   = `{"type":"track","messageId":"m-2","userId":"u-2","event":"App Launched"}`
	nobody     = `{"type":"track","messageId":"m-3","event":"Checked Out"}`
)

// always is a fault of every attempt.
func always(f clevertapstub.Fault) []clevertapstub.Fault {
	return slices.Repeat([]clevertapstub.Fault{f}, attempts)
}

// once is a fault of the first attempt.
func once(f clevertapstub.Fault) []clevertapstub.Fault { return []clevertapstub.Fault{f} }

// says is a reply of CleverTap's, or of what stands before it.
func says(status int, body string) clevertapstub.Fault {
	return clevertapstub.Fault{Status: status, Body: body}
}

// TestEachReplyOfCleverTapHasAnOutcome: every row of the contract's outcomes, and every reply that CleverTap documents or that
// networks give in its place, in every way to deliver.
func TestEachReplyOfCleverTapHasAnOutcome(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{})
	const html = "<html><body>Bad gateway</body></html>"
	for name, c := range map[string]struct {
		faults []clevertapstub.Fault
		more   string
		events []string
		want   []string
	}{
		"taken":                             {want: []string{"DELIVERED after 1"}},
		"under the rules of the other set":  {more: `,"ruleset":"RULESET_TRANSFORMER"`, want: []string{"DELIVERED after 1"}},
		"no events":                         {events: []string{}, want: nil},
		"filtered":                          {more: `,"eventFilteringOption":"blacklistedEvents","blacklistedEvents":[{"eventName":"Checked Out"}]`, want: []string{"FILTERED after 0"}},
		"nobody is named, neighbours leave": {events: []string{nobody, checkedOut}, want: []string{"INVALID after 0: MISSING_IDENTITY userId", "DELIVERED after 1"}},
		"refused, neighbours are taken":     {events: []string{launched, checkedOut}, want: []string{"REFUSED after 1: CLEVERTAP_REFUSED 513 evtName", "DELIVERED after 1"}},
		"a code that nobody documents":      {faults: once(clevertapstub.Fault{Records: map[int]int{1: 599}}), want: []string{"REFUSED after 1: CLEVERTAP_REFUSED 599"}},
		"555 once":                          {faults: once(clevertapstub.Fault{Records: map[int]int{1: 555}}), want: []string{"DELIVERED after 2"}},
		"555 always":                        {faults: always(clevertapstub.Fault{Records: map[int]int{1: 555}}), want: []string{"UNDELIVERED after 3: CLEVERTAP_UNREACHABLE 555, retryable"}},
		"429 once":                          {faults: once(says(429, "")), want: []string{"DELIVERED after 2"}},
		"429 always":                        {faults: always(says(429, `{"status":"fail","error":"Too many","code":429}`)), want: []string{"UNDELIVERED after 3: CLEVERTAP_OVERLOADED 429, retryable"}},
		"500 once":                          {faults: once(says(500, "")), want: []string{"DELIVERED after 2"}},
		"503 always":                        {faults: always(says(503, html)), want: []string{"UNDELIVERED after 3: CLEVERTAP_UNREACHABLE 503, retryable"}},
		"502 of a gateway":                  {faults: once(says(502, html)), want: []string{"DELIVERED after 2, possibly delivered"}},
		"HTML in place of a reply":          {faults: once(says(200, html)), want: []string{"DELIVERED after 2, possibly delivered"}},
		"a reply that is cut short":         {faults: once(says(200, `{"status":"success","proc`)), want: []string{"DELIVERED after 2, possibly delivered"}},
		"a count that leaves a record out":  {faults: once(says(200, `{"status":"success","processed":0,"unprocessed":[]}`)), want: []string{"DELIVERED after 2, possibly delivered"}},
		"no reply, always":                  {faults: always(clevertapstub.Fault{Reset: true}), want: []string{"UNDELIVERED after 3: CLEVERTAP_UNREACHABLE, retryable, possibly delivered"}},
		"taken, and the reply is lost":      {faults: once(clevertapstub.Fault{Lose: true}), want: []string{"DELIVERED after 2, possibly delivered"}},
		"400 of a single record":            {faults: always(says(400, `{"status":"fail","error":"Malformed request","code":400}`)), want: []string{"REFUSED after 1: CLEVERTAP_REFUSED 400"}},
		"400 of several, which are split":   {faults: once(says(400, "")), events: []string{checkedOut, strings.ReplaceAll(checkedOut, "u-1", "u-2")}, want: []string{"DELIVERED after 2", "DELIVERED after 2"}},
		"413 of several, which are split":   {faults: once(says(413, "")), events: []string{checkedOut, strings.ReplaceAll(checkedOut, "u-1", "u-2")}, want: []string{"DELIVERED after 2", "DELIVERED after 2"}},
		"413 of a single record":            {faults: once(says(413, "")), want: []string{"REFUSED after 1: CLEVERTAP_REFUSED 413"}},
		"404":                               {faults: once(says(404, "")), want: []string{"REFUSED after 1: CLEVERTAP_REFUSED 404"}},
		"402":                               {faults: once(says(402, "")), want: []string{"REFUSED after 1: CLEVERTAP_REFUSED 402"}},
		"401":                               {faults: once(says(401, `{"status":"fail","error":"Invalid Credentials","code":401}`)), want: []string{"UNDELIVERED after 1: CREDENTIALS_REFUSED 401, retryable"}},
		"403":                               {faults: once(says(403, "")), want: []string{"UNDELIVERED after 1: CREDENTIALS_REFUSED 403, retryable"}},
		"401 with status 200":               {faults: once(says(200, `{"status":"fail","error":"Account ID is not valid","code":401}`)), want: []string{"UNDELIVERED after 1: CREDENTIALS_REFUSED 401, retryable"}},
	} {
		for way, deliver := range d.ways() {
			t.Run(name+"/"+way, func(t *testing.T) {
				t.Parallel()
				events := c.events
				if events == nil {
					events = []string{checkedOut}
				}
				if way == "stream" && len(events) == 0 {
					return
				}
				d.stub.FailAccount(t.Name(), c.faults...)
				var got []string
				for _, result := range deliver(t, t.Context(), c.more, false, events...) {
					got = append(got, told(t, result))
				}
				require.Equal(t, c.want, got)
			})
		}
	}
}

// TestACallIsAnsweredBeforeItsDeadline: what is still under way has an outcome, and what was sent may have been taken.
func TestACallIsAnsweredBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{})
	for way, deliver := range d.ways() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			d.stub.FailAccount(t.Name(), clevertapstub.Fault{Delay: time.Minute})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			got := deliver(t, ctx, "", false, checkedOut)
			require.Equal(t, "UNDELIVERED after 1: DELIVERY_CUT_SHORT, retryable, possibly delivered", told(t, got[0]))
			require.NoError(t, ctx.Err())
		})
	}
}

func TestACallWithoutADeadlineHasTheServersLimit(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{DeliveryTimeout: 200 * time.Millisecond})
	for _, way := range []string{"REST", "typed"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			d.stub.FailAccount(t.Name(), clevertapstub.Fault{Delay: time.Minute})
			got := d.ways()[way](t, t.Context(), "", false, checkedOut)
			require.Equal(t, "UNDELIVERED after 1: DELIVERY_CUT_SHORT, retryable, possibly delivered", told(t, got[0]))
		})
	}
}

// TestWhoGoesAwayIsNotWaitedFor: what was not sent yet is not sent any more.
func TestWhoGoesAwayIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{Linger: 100 * time.Millisecond}, server.Options{DeliveryStreamLinger: 100 * time.Millisecond})
	for _, way := range []string{"call", "stream"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			settings := []byte(settingsOf(t.Name(), ""))
			var err error
			if way == "call" {
				ctx, cancel = context.WithCancel(t.Context())
				time.AfterFunc(20*time.Millisecond, cancel)
				_, err = d.Deliver(ctx, &transformerv1.DeliverRequest{
					EventsJson: [][]byte{[]byte(checkedOut)}, Target: &transformerv1.DeliverRequest_DestinationJson{DestinationJson: settings},
				})
			} else {
				stream, opened := d.StreamDeliver(ctx)
				require.NoError(t, opened)
				require.NoError(t, stream.Send(&transformerv1.StreamDeliverRequest{
					EventsJson: [][]byte{[]byte(checkedOut)}, Target: &transformerv1.StreamDeliverRequest_DestinationJson{DestinationJson: settings},
				}))
				time.AfterFunc(20*time.Millisecond, cancel)
				for err == nil {
					_, err = stream.Recv()
				}
			}
			require.Error(t, err)
			time.Sleep(200 * time.Millisecond)
			require.Zero(t, d.stub.Peak(t.Name(), "/1/upload"))
		})
	}
}

// TestWhatThereIsNoRoomForIsRefused: with RetryInfo, and over REST with Retry-After.
func TestWhatThereIsNoRoomForIsRefused(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{MaxAccountBytes: 600}, server.Options{})
	d.stub.FailBy(func() clevertapstub.Fault { return clevertapstub.Fault{Delay: 300 * time.Millisecond} })
	settings := settingsOf("FULL", "")
	request := &transformerv1.DeliverRequest{
		EventsJson: [][]byte{[]byte(checkedOut)}, Target: &transformerv1.DeliverRequest_DestinationJson{DestinationJson: []byte(settings)},
	}
	first := make(chan error, 1)
	go func() {
		_, err := d.Deliver(t.Context(), request)
		first <- err
	}()
	require.Eventually(t, func() bool { return d.stub.Peak("FULL", "/1/upload") > 0 }, 5*time.Second, time.Millisecond)
	_, err := d.Deliver(t.Context(), request)
	st := status.Convert(err)
	require.Equal(t, codes.ResourceExhausted, st.Code())
	require.Equal(t, "OVERLOADED", st.Details()[0].(*errdetails.ErrorInfo).GetReason())
	require.Positive(t, st.Details()[1].(*errdetails.RetryInfo).GetRetryDelay().AsDuration())
	answer := d.do(t, http.MethodPost, "/v1/deliver", `{"events":[`+checkedOut+`],"destination":`+settings+`}`)
	require.Equal(t, http.StatusServiceUnavailable, answer.status, answer.body)
	require.Equal(t, "1", answer.header.Get("Retry-After"))
	require.NoError(t, <-first)
	// A stream waits instead.
	require.Equal(t, "DELIVERED after 1", told(t, d.ways()["stream"](t, t.Context(), "", false, checkedOut)[0]))
}

func TestADryRunKeepsNothing(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{})
	for way, deliver := range d.ways() {
		got := deliver(t, t.Context(), "", true, checkedOut, launched)
		require.Equal(t, "DELIVERED after 1", told(t, got[0]), way)
		require.Equal(t, "REFUSED after 1: CLEVERTAP_REFUSED 513 evtName", told(t, got[1]), way)
	}
	require.Empty(t, d.stub.Records())
}

func TestARegisteredDestinationIsNamed(t *testing.T) {
	t.Parallel()
	to, failed := mapping.ParseDestination([]byte(settingsOf("SHOP", "")))
	require.Nil(t, failed)
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{Destinations: server.Destinations{"shop": to}})
	answer := d.do(t, http.MethodPost, "/v1/deliver", `{"events":[`+checkedOut+`],"destinationId":"shop"}`)
	require.JSONEq(t, `{"results":[{"index":0,"messageId":"m-1","outcome":"OUTCOME_DELIVERED","attempts":1,"diagnostics":[],"retryable":false,"possiblyDelivered":false}],
		"summary":{"delivered":1,"filtered":0,"invalid":0,"refused":0,"undelivered":0}}`, answer.body)
	require.Equal(t, "SHOP", d.stub.Calls()[0].Header.Get("X-CleverTap-Account-Id"))
	require.Equal(t, http.StatusNotFound, d.do(t, http.MethodPost, "/v1/deliver", `{"events":[],"destinationId":"none"}`).status)
	checked := d.do(t, http.MethodPost, "/v1/destinations:check", `{"destinationId":"shop"}`)
	require.JSONEq(t, `{"connected":true,"host":"in1.api.clevertap.com"}`, checked.body)
}

func TestConnectionsAreChecked(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{Accounts: map[string]string{"SHOP": "PASSCODE"}}, delivery.SenderOptions{}, server.Options{})
	answer := d.do(t, http.MethodPost, "/v1/destinations:check", `{"destination":`+settingsOf("SHOP", "")+`}`)
	require.JSONEq(t, `{"connected":true,"host":"in1.api.clevertap.com"}`, answer.body)
	response, err := d.CheckConnection(t.Context(), &transformerv1.CheckConnectionRequest{
		Target: &transformerv1.CheckConnectionRequest_DestinationJson{DestinationJson: []byte(settingsOf("OTHER", ""))},
	})
	require.NoError(t, err)
	require.False(t, response.GetConnected())
	info := &errdetails.ErrorInfo{}
	require.NoError(t, response.GetError().GetDetails()[0].UnmarshalTo(info))
	require.Equal(t, "CREDENTIALS_REFUSED", info.GetReason())
	d.stub.Fail(says(503, ""))
	require.Contains(t, d.do(t, http.MethodPost, "/v1/destinations:check", `{"destination":`+settingsOf("SHOP", "")+`}`).body, "CLEVERTAP_UNREACHABLE")
}

func TestUsersAreDeleted(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{})
	d.stub.Fail(says(503, ""))
	request := &transformerv1.DeliveryServiceDeleteUsersRequest{
		ObjectIds: []string{"device"}, Target: &transformerv1.DeliveryServiceDeleteUsersRequest_DestinationJson{DestinationJson: []byte(settingsOf("SHOP", ""))},
	}
	for i := range 150 {
		request.Identities = append(request.Identities, fmt.Sprintf("u-%d", i))
	}
	request.Identities[3] = ""
	response, err := d.DeleteUsers(t.Context(), request)
	require.NoError(t, err)
	require.Len(t, response.GetResults(), 151)
	require.True(t, proto.Equal(&transformerv1.DeliverySummary{Delivered: 150, Invalid: 1}, response.GetSummary()))
	require.EqualValues(t, 2, response.GetResults()[0].GetAttempts())
	require.Equal(t, transformerv1.Outcome_OUTCOME_INVALID, response.GetResults()[3].GetOutcome())
	require.Equal(t, "device", response.GetResults()[150].GetObjectId())
	require.Len(t, d.stub.Deleted(), 150)

	answer := d.do(t, http.MethodPost, "/v1/users:delete", `{"identities":["u-1"],"destination":`+settingsOf("SHOP", "")+`}`)
	require.JSONEq(t, `{"results":[{"index":0,"identity":"u-1","outcome":"OUTCOME_DELIVERED","attempts":1,"retryable":false}],
		"summary":{"delivered":1,"filtered":0,"invalid":0,"refused":0,"undelivered":0}}`, answer.body)
}

// TestAStreamKeepsEachUsersOrder: over many messages, in uploads of several, while some fail.
func TestAStreamKeepsEachUsersOrder(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{DeliveryStreamLinger: time.Millisecond})
	calls := 0
	d.stub.FailBy(func() (f clevertapstub.Fault) {
		if calls++; calls%3 == 0 {
			f.Status = http.StatusServiceUnavailable
		}
		return f
	})
	for _, unordered := range []bool{false, true} {
		const messages = 200
		stream, err := d.StreamDeliver(t.Context())
		require.NoError(t, err)
		account := fmt.Sprintf("STREAM-%t", unordered)
		go func() {
			for i := range messages {
				request := &transformerv1.StreamDeliverRequest{Sequence: uint64(i), AllowOutOfOrder: unordered}
				if i == 0 {
					request.Target = &transformerv1.StreamDeliverRequest_DestinationJson{DestinationJson: []byte(settingsOf(account, ""))}
				}
				for u := range 3 {
					request.EventsJson = append(request.EventsJson, fmt.Appendf(nil, `{"type":"track","userId":"%s-%d","event":"E","properties":{"n":%d}}`, account, u, i))
				}
				_ = stream.Send(request)
			}
			_ = stream.CloseSend()
		}()
		for i := range messages {
			response, err := stream.Recv()
			require.NoError(t, err)
			if !unordered {
				require.EqualValues(t, i, response.GetSequence())
			}
			require.EqualValues(t, 3, response.GetSummary().GetDelivered())
		}
		taken := map[string][]int{}
		for _, text := range d.stub.Records() {
			var record struct {
				Identity string
				EvtData  struct{ N int }
			}
			require.NoError(t, json.Unmarshal(text, &record))
			taken[record.Identity] = append(taken[record.Identity], record.EvtData.N)
		}
		for u := range 3 {
			numbers := taken[fmt.Sprintf("%s-%d", account, u)]
			require.Len(t, numbers, messages)
			require.True(t, slices.IsSorted(numbers))
		}
	}
}

// TestWhatIsWrongWithAMessageIsToldInItsAnswer: and the stream goes on.
func TestWhatIsWrongWithAMessageIsToldInItsAnswer(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{MaxBatchEvents: 2})
	stream, err := d.StreamDeliver(t.Context())
	require.NoError(t, err)
	to := &transformerv1.StreamDeliverRequest_DestinationJson{DestinationJson: []byte(settingsOf("SHOP", ""))}
	event := []byte(checkedOut)
	for _, step := range []struct {
		request *transformerv1.StreamDeliverRequest
		want    string
	}{
		{&transformerv1.StreamDeliverRequest{EventsJson: [][]byte{event}}, "INVALID_REQUEST"},
		{&transformerv1.StreamDeliverRequest{EventsJson: [][]byte{event}, Target: &transformerv1.StreamDeliverRequest_DestinationId{DestinationId: "none"}}, "UNKNOWN_DESTINATION"},
		{&transformerv1.StreamDeliverRequest{EventsJson: [][]byte{event, event, event}, Target: to}, "BATCH_TOO_LARGE"},
		{&transformerv1.StreamDeliverRequest{EventsJson: [][]byte{event}}, ""},
	} {
		require.NoError(t, stream.Send(step.request))
		response, err := stream.Recv()
		require.NoError(t, err)
		if step.want == "" {
			require.EqualValues(t, 1, response.GetSummary().GetDelivered())
			continue
		}
		info := &errdetails.ErrorInfo{}
		require.NoError(t, response.GetError().GetDetails()[0].UnmarshalTo(info))
		require.Equal(t, step.want, info.GetReason())
		require.Empty(t, response.GetResults())
	}
}

// TestAStreamIsNotReadWhileCleverTapIsSlow: what waits stays within its bounds.
func TestAStreamIsNotReadWhileCleverTapIsSlow(t *testing.T) {
	t.Parallel()
	d := startDelivery(t, clevertapstub.Options{}, delivery.SenderOptions{}, server.Options{DeliveryInFlight: 2, DeliveryStreamLinger: time.Millisecond})
	d.stub.FailBy(func() clevertapstub.Fault { return clevertapstub.Fault{Delay: time.Minute} })
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := d.StreamDeliver(ctx)
	require.NoError(t, err)
	sent := make(chan int)
	go func() {
		count := 0
		large := []byte(`{"type":"track","userId":"u","event":"E","properties":{"text":"` + strings.Repeat("x", 64<<10) + `"}}`)
		for stream.Send(&transformerv1.StreamDeliverRequest{
			EventsJson: [][]byte{large}, Target: &transformerv1.StreamDeliverRequest_DestinationJson{DestinationJson: []byte(settingsOf("SLOW", ""))},
		}) == nil {
			count++
		}
		sent <- count
	}()
	time.Sleep(300 * time.Millisecond)
	cancel()
	require.Less(t, <-sent, 40, "messages were taken in, beyond the two in flight and what the connection holds")
}

// TestWhatIsUnderWayIsAnsweredWhenTheServerStops: new calls are refused.
func TestWhatIsUnderWayIsAnsweredWhenTheServerStops(t *testing.T) {
	t.Parallel()
	stub := clevertapstub.New(clevertapstub.Options{})
	web := httptest.NewServer(stub)
	t.Cleanup(web.Close)
	base, err := url.Parse(web.URL)
	require.NoError(t, err)
	client := delivery.New(delivery.Options{BaseURL: base})
	t.Cleanup(client.Close)
	srv, err := server.New(server.Options{CleverTap: client, ShutdownTimeout: 800 * time.Millisecond})
	require.NoError(t, err)
	stub.Fail(clevertapstub.Fault{Delay: time.Minute})
	request := func() (*transformerv1.DeliverResponse, error) {
		return transformerv1.NewDeliveryServiceClient(srv.Conn()).Deliver(t.Context(), &transformerv1.DeliverRequest{
			EventsJson: [][]byte{[]byte(checkedOut)}, Target: &transformerv1.DeliverRequest_DestinationJson{DestinationJson: []byte(settingsOf("SHOP", ""))},
		})
	}
	answered := make(chan *transformerv1.DeliverResponse, 1)
	go func() {
		response, _ := request()
		answered <- response
	}()
	require.Eventually(t, func() bool { return stub.Peak("SHOP", "/1/upload") > 0 }, 5*time.Second, time.Millisecond)
	srv.Finish()
	_, err = request()
	require.Equal(t, codes.Unavailable, status.Code(err))
	require.Equal(t, "UNDELIVERED after 1: DELIVERY_CUT_SHORT, retryable, possibly delivered", told(t, (<-answered).GetResults()[0]))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.NoError(t, srv.Stop(ctx))
}
