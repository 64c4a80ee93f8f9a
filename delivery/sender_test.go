package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
)

func TestEveryEventGetsAnOutcome(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		results := r.deliver(t, time.Minute, event("u", "A"), event("u", "Web Page Viewed"), event("v", "B"))
		require.Equal(t, delivery.Delivered, results[0].Outcome)
		require.Equal(t, 1, results[0].Attempts)
		require.Equal(t, delivery.Refused, results[1].Outcome)
		require.Equal(t, delivery.ReasonRefused, results[1].Err.Reason)
		require.Equal(t, clevertap.ReservedName, results[1].Err.Code)
		require.Equal(t, "evtName", results[1].Err.Field())
		require.Contains(t, results[1].Err.Said, "Skipped record number : 2")
		require.Contains(t, results[1].Err.Message, "Give the event another name.")
		require.False(t, results[1].Retryable)
		require.False(t, results[1].PossiblyDelivered)
		require.Equal(t, delivery.Delivered, results[2].Outcome)
		require.Equal(t, []int{3}, r.sizes(t), "one upload for all")
		require.Equal(t, "application/json", r.stub.Calls()[0].Header.Get("Content-Type"))
		require.Empty(t, r.stub.Calls()[0].Query)
	})
}

func TestNothingIsDeliveredAtOnce(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		require.Empty(t, r.deliver(t, time.Minute))
		requireDelivered(t, r.deliver(t, time.Minute, delivery.Event{}))
		require.Empty(t, r.stub.Calls())
	})
}

func TestADryRunIsOne(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		results, err := r.Deliver(t.Context(), delivery.Batch{To: shop, Events: events(2, 2), DryRun: true})
		require.NoError(t, err)
		requireDelivered(t, results)
		require.Equal(t, clevertap.DryRunQuery, r.stub.Calls()[0].Query)
		require.Empty(t, r.stub.Records())
	})
}

func TestUploadsCloseWhenFullOrWhenTheLingerIsOver(t *testing.T) {
	rules := judge.Rules{ValueBytes: clevertap.MaxUploadBytes}
	withRig(t, clevertapstub.Options{Rules: rules}, delivery.SenderOptions{Linger: time.Second}, func(t *testing.T, r *rig) {
		t.Helper()
		start := time.Now()
		var all sync.WaitGroup
		all.Go(func() { requireDelivered(t, r.deliver(t, time.Minute, events(2, 2)...)) })
		all.Go(func() { requireDelivered(t, r.deliver(t, time.Minute, event("w", "X"))) })
		all.Wait()
		require.Equal(t, []int{3}, r.sizes(t), "callers of an account share uploads")
		require.Equal(t, time.Second, time.Since(start))
		requireDelivered(t, r.deliver(t, time.Minute, events(clevertap.MaxRecords, 7)...))
		require.Equal(t, time.Second, time.Since(start), "what is full does not wait")

		big := event("big", "X")
		big.Records[0].JSON = []byte(strings.Replace(string(big.Records[0].JSON), `{}`, `{"a":"`+strings.Repeat("x", clevertap.MaxUploadBytes/2)+`"}`, 1))
		requireDelivered(t, r.deliver(t, time.Minute, big, big, big))
		require.Equal(t, []int{3, clevertap.MaxRecords, 1, 1, 1}, r.sizes(t), "an upload is at most 4 MiB long")
	})
}

func TestDeviceTokensHaveUploadsOfTheirOwnAfterTheirProfiles(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		list := make([]delivery.Event, 150)
		for i := range list {
			id := fmt.Sprintf("d%d", i)
			list[i] = delivery.Event{Users: [][]byte{[]byte(id)}, Records: []delivery.Record{
				{JSON: fmt.Appendf(nil, `{"type":"profile","objectId":%q,"profileData":{}}`, id)},
				{JSON: fmt.Appendf(nil, `{"type":"token","objectId":%q,"tokenData":{"id":"t","type":"fcm"}}`, id), Token: true},
			}}
		}
		requireDelivered(t, r.deliver(t, time.Minute, list...))
		require.Equal(t, 150, r.sizes(t)[0])
		require.ElementsMatch(t, []int{100, 50}, r.sizes(t)[1:])
	})
}

func TestAUsersRecordsKeepTheirOrder(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 15}, func(t *testing.T, r *rig) {
		t.Helper()
		for i := range 40 {
			fault := clevertapstub.Fault{Delay: time.Duration(i*7%5) * time.Second}
			if i%3 == 0 {
				fault = clevertapstub.Fault{Status: http.StatusServiceUnavailable}
			}
			r.stub.Fail(fault)
		}
		const users, rounds = 50, 40
		var all sync.WaitGroup
		for round := range rounds {
			list := make([]delivery.Event, users)
			for u := range list {
				list[u] = event(fmt.Sprintf("u%d", u), fmt.Sprintf("E%d", round))
			}
			all.Go(func() { requireDelivered(t, r.deliver(t, time.Hour, list...)) })
			time.Sleep(50 * time.Millisecond)
		}
		all.Wait()
		for user, names := range r.names(t) {
			require.Len(t, names, rounds, user)
			for i, name := range names {
				require.Equal(t, fmt.Sprintf("E%d", i), name, user)
			}
		}
		require.LessOrEqual(t, r.stub.Peak("SHOP", clevertap.UploadPath), 15)
	})
}

// TestIDsOfOnePersonShareTheOrder: what an event names together keeps the order of all that either id is about.
func TestIDsOfOnePersonShareTheOrder(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 15}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Delay: 10 * time.Second}, clevertapstub.Fault{Delay: time.Second})
		var all sync.WaitGroup
		send := func(e delivery.Event, users ...string) {
			e.Users = nil
			for _, user := range users {
				e.Users = append(e.Users, []byte(user))
			}
			all.Go(func() { requireDelivered(t, r.deliver(t, time.Hour, e)) })
			time.Sleep(100 * time.Millisecond)
		}
		send(event("x", "1 anonymous"), "a")
		send(event("x", "2 known elsewhere"), "u")
		send(event("x", "3 linked"), "u", "a")
		send(event("x", "4 anonymous"), "a")
		send(event("x", "5 known"), "u")
		send(event("y", "somebody else"), "z")
		all.Wait()
		require.Equal(t, []string{"somebody else"}, r.names(t)["y"])
		names := r.names(t)["x"]
		require.ElementsMatch(t, names[:2], []string{"1 anonymous", "2 known elsewhere"})
		require.Equal(t, []string{"3 linked", "4 anonymous", "5 known"}, names[2:])
	})
}

func TestABatchThatIsTriedAgainHoldsBackItsUsersOnly(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{RetryBase: time.Hour, RetryMax: time.Hour}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Status: http.StatusServiceUnavailable})
		var slow sync.WaitGroup
		slow.Go(func() { requireDelivered(t, r.deliver(t, 2*time.Hour, event("u", "1"))) })
		time.Sleep(time.Second)
		slow.Go(func() { requireDelivered(t, r.deliver(t, 2*time.Hour, event("u", "2"))) })
		start := time.Now()
		requireDelivered(t, r.deliver(t, time.Minute, event("v", "1")))
		require.Less(t, time.Since(start), time.Second)
		slow.Wait()
		require.Equal(t, []string{"1", "2"}, r.names(t)["u"])
	})
}

func TestAnAnswerIsReadRecordByRecord(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Records: map[int]int{2: clevertap.ServerError, 3: clevertap.InvalidEmail, 4: 999}})
		results := r.deliver(t, time.Minute, events(5, 5)...)
		requireDelivered(t, results[:2])
		require.Equal(t, 1, results[0].Attempts)
		require.Equal(t, 2, results[1].Attempts, "555: it is sent again, alone")
		require.Equal(t, clevertap.InvalidEmail, results[2].Err.Code)
		require.Equal(t, 999, results[3].Err.Code, "what is not documented is the record's fault")
		require.Equal(t, delivery.Refused, results[3].Outcome)
		requireDelivered(t, results[4:])
		require.Equal(t, []int{5, 1}, r.sizes(t))
		for _, result := range results {
			require.False(t, result.PossiblyDelivered)
		}
	})
}

func TestWhatCanNotBeToldIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    clevertapstub.Fault
		possibly bool
		attempts int
	}{
		"no answer to what was taken":    {clevertapstub.Fault{Lose: true}, true, 2},
		"no answer to what was not":      {clevertapstub.Fault{Reset: true}, true, 2},
		"a page of HTML":                 {clevertapstub.Fault{Status: 200, Body: "<html>Sorry</html>"}, true, 2},
		"JSON that is cut off":           {clevertapstub.Fault{Status: 200, Body: `{"status":"success","proc`}, true, 2},
		"no body":                        {clevertapstub.Fault{Status: 200}, true, 2},
		"too few are processed":          {clevertapstub.Fault{Status: 200, Body: `{"status":"success","processed":1,"unprocessed":[]}`}, true, 2},
		"none of those listed is named":  {clevertapstub.Fault{Status: 200, Body: `{"status":"partial","processed":1,"unprocessed":[{"code":513,"error":"Sorry"}]}`}, true, 2},
		"all failed, and none is listed": {clevertapstub.Fault{Status: 200, Body: `{"status":"fail","processed":0,"unprocessed":[]}`}, true, 2},
		"a gateway's timeout":            {clevertapstub.Fault{Status: 504, Body: "<html>Timeout</html>"}, true, 2},
		"unavailable":                    {clevertapstub.Fault{Status: 503, Body: "<html>Unavailable</html>"}, false, 2},
		"an error of CleverTap's":        {clevertapstub.Fault{Status: 500, Body: `{"status":"fail","error":"Oops","code":500}`}, false, 2},
		"an error in the body alone":     {clevertapstub.Fault{Status: 200, Body: `{"status":"fail","error":"Oops","code":500}`}, false, 2},
		"too many requests":              {clevertapstub.Fault{Status: 429, Body: `{"status":"fail","error":"Slow down","code":429}`}, false, 2},
		"too many in the body alone":     {clevertapstub.Fault{Status: 200, Body: `{"status":"fail","error":"Slow down","code":429}`}, false, 2},
		"a redirect":                     {clevertapstub.Fault{Status: 302, Header: http.Header{"Location": {"/"}}}, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
				t.Helper()
				r.stub.Fail(c.fault)
				results := r.deliver(t, time.Minute, events(2, 2)...)
				requireDelivered(t, results)
				for _, result := range results {
					require.Equal(t, c.attempts, result.Attempts)
					require.Equal(t, c.possibly, result.PossiblyDelivered)
				}
			})
		})
	}
}

func TestWhatNeverPassesIsUndelivered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    clevertapstub.Fault
		reason   delivery.Reason
		code     int
		possibly bool
	}{
		"unavailable":       {clevertapstub.Fault{Status: 503}, delivery.ReasonUnreachable, 503, false},
		"too many requests": {clevertapstub.Fault{Status: 429}, delivery.ReasonOverloaded, 429, false},
		"connections fail":  {clevertapstub.Fault{Reset: true}, delivery.ReasonUnreachable, 0, true},
		"555":               {clevertapstub.Fault{Records: map[int]int{1: 555}}, delivery.ReasonUnreachable, 555, false},
	} {
		t.Run(name, func(t *testing.T) {
			withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxAttempts: 4}, func(t *testing.T, r *rig) {
				t.Helper()
				for range 100 {
					r.stub.Fail(c.fault)
				}
				result := r.deliver(t, time.Hour, event("u", "A"))[0]
				require.Equal(t, delivery.Undelivered, result.Outcome)
				require.Equal(t, c.reason, result.Err.Reason)
				require.Equal(t, c.code, result.Err.Code)
				require.Equal(t, 4, result.Attempts)
				require.True(t, result.Retryable)
				require.Equal(t, c.possibly, result.PossiblyDelivered)
			})
		})
	}
}

func TestTheCallersDeadlineEndsEachWait(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		start := time.Now()
		result := r.deliver(t, time.Millisecond, event("u", "never sent"))[0]
		require.Equal(t, time.Millisecond, time.Since(start))
		require.Equal(t, delivery.ReasonCutShort, result.Err.Reason)
		require.Zero(t, result.Attempts)
		require.False(t, result.PossiblyDelivered, "it still waited for others")
		require.True(t, result.Retryable)

		r.stub.Fail(clevertapstub.Fault{Delay: 10 * time.Second})
		result = r.deliver(t, time.Second, event("u", "under way"))[0]
		require.Equal(t, delivery.ReasonCutShort, result.Err.Reason)
		require.Equal(t, 1, result.Attempts)
		require.True(t, result.PossiblyDelivered)

		// The request that is under way still holds the user back.
		requireDelivered(t, r.deliver(t, time.Minute, event("u", "after it")))
		require.Equal(t, []string{"under way", "after it"}, r.names(t)["u"])

		for range 10 {
			r.stub.Fail(clevertapstub.Fault{Status: 503})
		}
		result = r.deliver(t, time.Second, event("u", "waits to be sent again"))[0]
		require.Equal(t, delivery.Undelivered, result.Outcome)
		require.Equal(t, delivery.ReasonUnreachable, result.Err.Reason, "what is known of it is said")
		require.False(t, result.PossiblyDelivered)
	})
}

func TestACallerWhoLeavesTakesTheEventsAlong(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{Linger: time.Second}, func(t *testing.T, r *rig) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		d, err := r.Submit(ctx, delivery.Batch{To: shop, Events: events(2, 1)})
		require.NoError(t, err)
		cancel()
		for _, result := range d.Wait(ctx) {
			require.Equal(t, delivery.ReasonCutShort, result.Err.Reason)
		}
		time.Sleep(time.Minute)
		require.Empty(t, r.stub.Calls())
		requireDelivered(t, r.deliver(t, time.Minute, event("u0", "A")))
	})
}

// TestACulpritIsFound: a request that CleverTap does not read is split until what is at fault is alone.
func TestACulpritIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, users int
	}{
		"400, users of their own": {400, 100}, "400, all of one user": {400, 1}, "400, a few users": {400, 3}, "413": {413, 100},
	} {
		t.Run(name, func(t *testing.T) {
			withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
				t.Helper()
				r.stub.Refuse(func(body []byte) int {
					if strings.Contains(string(body), "culprit") {
						return c.status
					}
					return 0
				})
				list := events(100, c.users)
				list[42] = event("u"+fmt.Sprint(42%c.users), "culprit")
				start := time.Now()
				results := r.deliver(t, time.Minute, list...)
				require.Less(t, time.Since(start), time.Second)
				for i, result := range results {
					if i == 42 {
						require.Equal(t, delivery.Refused, result.Outcome)
						require.Equal(t, delivery.ReasonRefused, result.Err.Reason)
						require.Equal(t, c.status, result.Err.Code)
						require.False(t, result.PossiblyDelivered)
						continue
					}
					require.Equal(t, delivery.Delivered, result.Outcome)
				}
				require.Less(t, len(r.stub.Calls()), 30)
				for user, names := range r.names(t) {
					require.True(t, slices.IsSortedFunc(names, func(a, b string) int { return number(a) - number(b) }), "%s: %v", user, names)
				}
			})
		})
	}
}

func number(name string) (n int) {
	_, _ = fmt.Sscanf(name, "E%d", &n)
	return n
}

func TestRefusalsWithoutAPlaceAreFound(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Rewrite(func(reply string) string { return strings.ReplaceAll(reply, "Skipped record number", "No number") })
		list := events(100, 100)
		list[42] = event("u42", "Stayed")
		results := r.deliver(t, time.Minute, list...)
		for i, result := range results {
			if i == 42 {
				require.Equal(t, clevertap.ReservedName, result.Err.Code)
				continue
			}
			require.Equal(t, delivery.Delivered, result.Outcome)
			require.True(t, result.PossiblyDelivered)
			require.LessOrEqual(t, result.Attempts, 3)
		}
	})
}

func TestTooManyRequestsLowerTheLimitForAWhile(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 8, Cooldown: time.Minute}, func(t *testing.T, r *rig) {
		t.Helper()
		peak := func() int {
			r.stub.ForgetPeaks()
			for range 8 {
				r.stub.Fail(clevertapstub.Fault{Delay: time.Second})
			}
			requireDelivered(t, r.deliver(t, time.Hour, events(8*clevertap.MaxRecords, 8*clevertap.MaxRecords)...))
			return r.stub.Peak("SHOP", clevertap.UploadPath)
		}
		require.Equal(t, 8, peak())
		r.stub.Fail(clevertapstub.Fault{Status: 429})
		requireDelivered(t, r.deliver(t, time.Hour, event("u", "A")))
		require.Equal(t, 4, peak())
		time.Sleep(time.Minute)
		require.Equal(t, 5, peak())
		time.Sleep(10 * time.Minute)
		require.Equal(t, 8, peak())
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Status: 429, Header: http.Header{"Retry-After": {"40"}}})
		start := time.Now()
		requireDelivered(t, r.deliver(t, time.Hour, event("u", "A")))
		require.GreaterOrEqual(t, time.Since(start), 40*time.Second)
	})
}

func TestCredentialsThatAreNotTakenPause(t *testing.T) {
	accounts := map[string]string{"SHOP": "another passcode"}
	withRig(t, clevertapstub.Options{Accounts: accounts}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		refused := func(attempts int) {
			t.Helper()
			for _, result := range r.deliver(t, time.Hour, events(2, 2)...) {
				require.Equal(t, delivery.Undelivered, result.Outcome)
				require.Equal(t, delivery.ReasonCredentials, result.Err.Reason)
				require.Equal(t, 401, result.Err.Code)
				require.True(t, result.Retryable)
				require.Equal(t, attempts, result.Attempts)
				require.NotContains(t, result.Err.Error(), secret)
			}
		}
		refused(1)
		refused(0)
		require.Len(t, r.stub.Calls(), 1, "nothing is sent while it is known to be in vain")
		time.Sleep(5 * time.Second)
		refused(1)
		time.Sleep(5 * time.Second)
		refused(0)

		// A caller with the right passcode is not held up by one with a wrong one.
		right := shop
		right.Passcode = "another passcode"
		results, err := r.Deliver(t.Context(), delivery.Batch{To: right, Events: events(1, 1)})
		require.NoError(t, err)
		requireDelivered(t, results)

		r.stub.SetPasscode("SHOP", secret)
		time.Sleep(5 * time.Second)
		requireDelivered(t, r.deliver(t, time.Hour, events(3, 3)...))
	})
}

func TestOneUploadTriesWhetherCredentialsAreTakenAgain(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 15}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Status: 403, Delay: time.Second})
		var all sync.WaitGroup
		for range 5 { // what waits fails with what was sent
			all.Go(func() {
				require.Equal(t, delivery.ReasonCredentials, r.deliver(t, time.Hour, event("u", "A"))[0].Err.Reason)
			})
			time.Sleep(20 * time.Millisecond)
		}
		all.Wait()
		time.Sleep(5 * time.Second)
		r.stub.Fail(clevertapstub.Fault{Delay: time.Second})
		for i := range 5 {
			all.Go(func() { requireDelivered(t, r.deliver(t, time.Hour, event(fmt.Sprintf("u%d", i), "B"))) })
			time.Sleep(20 * time.Millisecond)
		}
		all.Wait()
		require.Equal(t, []int{1, 1, 4}, r.sizes(t))
	})
}

func TestAnAccountThatFailsIsLeftAloneForAWhile(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{RetryBase: time.Second, RetryMax: time.Second, BreakerPause: time.Minute},
		func(t *testing.T, r *rig) {
			t.Helper()
			for range 6 {
				r.stub.Fail(clevertapstub.Fault{Status: 503})
			}
			start := time.Now()
			requireDelivered(t, r.deliver(t, time.Hour, event("u", "A")))
			require.Len(t, r.stub.Calls(), 7)
			require.GreaterOrEqual(t, time.Since(start), 2*time.Minute, "after five failures, and again after the sixth")
			require.Less(t, time.Since(start), 2*time.Minute+10*time.Second)
		})
}

func TestANoisyAccountDoesNotSlowAnother(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxAccountBytes: 1 << 20, MaxBytes: 2 << 20}, func(t *testing.T, r *rig) {
		t.Helper()
		var all sync.WaitGroup
		for n := range 4 {
			noisy := shop
			noisy.ID = fmt.Sprintf("NOISY%d", n)
			for range 5 {
				r.stub.FailAccount(noisy.ID, clevertapstub.Fault{Delay: 30 * time.Second})
			}
			for range 20 {
				all.Go(func() {
					results, err := r.Deliver(t.Context(), delivery.Batch{To: noisy, Events: events(1000, 1000), Wait: true})
					require.NoError(t, err)
					requireDelivered(t, results)
				})
			}
		}
		time.Sleep(time.Second)
		start := time.Now()
		var quick sync.WaitGroup
		for range 2 {
			quick.Go(func() { requireDelivered(t, r.deliver(t, time.Minute, events(400, 100)...)) })
		}
		quick.Wait()
		require.Less(t, time.Since(start), 100*time.Millisecond)
		all.Wait()
	})
}

func TestMemoryIsBounded(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxAccountBytes: 1 << 20}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Delay: 10 * time.Second}, clevertapstub.Fault{Delay: 10 * time.Second}, clevertapstub.Fault{Delay: 10 * time.Second})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { requireDelivered(t, r.deliver(t, time.Hour, events(800, 800)...)) })
			time.Sleep(10 * time.Millisecond)
		}
		_, err := r.Deliver(t.Context(), delivery.Batch{To: shop, Events: events(800, 800)})
		var full *delivery.OverloadedError
		require.ErrorAs(t, err, &full)
		require.Positive(t, full.RetryAfter)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = r.Submit(ctx, delivery.Batch{To: shop, Events: events(800, 800), Wait: true})
		require.ErrorIs(t, err, context.DeadlineExceeded)

		start := time.Now()
		results, err := r.Deliver(t.Context(), delivery.Batch{To: shop, Events: events(800, 800), Wait: true})
		require.NoError(t, err)
		requireDelivered(t, results)
		require.Greater(t, time.Since(start), 8*time.Second)
		all.Wait()
		requireDelivered(t, r.deliver(t, time.Hour, events(10_000, 10_000)...)) // more than there is room for goes alone
	})
}

func TestStoppingSendsWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, clevertapstub.New(clevertapstub.Options{}), delivery.SenderOptions{Linger: time.Hour})
		var all sync.WaitGroup
		all.Go(func() { requireDelivered(t, r.deliver(t, 2*time.Hour, events(5, 5)...)) })
		synctest.Wait()
		start := time.Now()
		r.stop(t)
		require.Less(t, time.Since(start), time.Second)
		all.Wait()
		_, err := r.Deliver(t.Context(), delivery.Batch{To: shop, Events: events(1, 1)})
		require.ErrorIs(t, err, delivery.ErrStopping)
		require.NoError(t, r.Stop(t.Context()), "twice is once")
	})
}

func TestWhatIsLeftWhenTheSenderStopsIsCutShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, clevertapstub.New(clevertapstub.Options{}), delivery.SenderOptions{Linger: time.Millisecond})
		r.stub.Fail(clevertapstub.Fault{Status: 503}, clevertapstub.Fault{Delay: time.Minute})
		var all sync.WaitGroup
		results := make([]delivery.Result, 3)
		for i := range results {
			all.Go(func() { results[i] = r.deliver(t, time.Hour, event("u", fmt.Sprint(i)))[0] })
			time.Sleep(10 * time.Second)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.Error(t, r.Stop(ctx))
		require.Equal(t, time.Second, time.Since(start))
		all.Wait()
		for i, result := range results {
			require.Equal(t, delivery.Undelivered, result.Outcome)
			require.Equal(t, delivery.ReasonCutShort, result.Err.Reason)
			require.Equal(t, i == 0, result.PossiblyDelivered)
			require.True(t, result.Retryable)
		}
	})
}

func TestAnIdleAccountIsForgotten(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		requireDelivered(t, r.deliver(t, time.Minute, events(10, 10)...))
		require.Equal(t, 1, r.Accounts())
		require.Zero(t, r.Users(), "nobody is kept in mind without need")
		time.Sleep(6 * time.Minute)
		require.Zero(t, r.Accounts())
		requireDelivered(t, r.deliver(t, time.Minute, events(10, 10)...))
	})
}

func TestNothingGoesToAHostThatIsNotCleverTaps(t *testing.T) {
	t.Parallel()
	client := delivery.New(delivery.Options{})
	defer client.Close()
	sender, err := delivery.NewSender(client, delivery.SenderOptions{})
	require.NoError(t, err)
	evil := shop
	evil.Host = "evil.example.com"
	results, err := sender.Deliver(t.Context(), delivery.Batch{To: evil, Events: events(2, 2)})
	require.NoError(t, err)
	for _, result := range results {
		require.Equal(t, delivery.Undelivered, result.Outcome)
		require.Equal(t, delivery.ReasonCredentials, result.Err.Reason)
		require.Contains(t, result.Err.Message, "nothing was sent")
	}
	require.NoError(t, sender.Stop(t.Context()))
}
