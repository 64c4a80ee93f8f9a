package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// faults are all the ways in which a call goes wrong. The client waits 60 units of time for an answer.
func faults(random *rand.Rand, unit time.Duration) clevertapstub.Fault {
	return []clevertapstub.Fault{
		{Status: http.StatusTooManyRequests},
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusInternalServerError},
		{Status: http.StatusOK, Body: "<html>Sorry</html>"},
		{Status: http.StatusBadRequest},
		{Reset: true},
		{Lose: true},
		{Delay: time.Duration(random.IntN(90)) * unit},
		{Records: map[int]int{1: clevertap.ServerError, 2: clevertap.InvalidEmail, 3: clevertap.ServerError}},
	}[random.IntN(9)]
}

// chaos delivers events of users while every other call fails in some way, and returns what became of each, by its name. Callers
// come one after the other with a few events of several users each; some have little time.
func chaos(t *testing.T, r *rig, seed uint64, calls int, unit time.Duration) map[string]delivery.Result {
	t.Helper()
	const users, most = 40, 60
	random, failing := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
	r.stub.FailBy(func() (fault clevertapstub.Fault) {
		if failing.IntN(2) == 0 {
			fault = faults(failing, unit)
		}
		return fault
	})
	outcomes := map[string]delivery.Result{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for call := range calls {
		list := make([]delivery.Event, 1+random.IntN(most))
		names := make([]string, len(list))
		for i := range list {
			user := fmt.Sprintf("u%d", random.IntN(users))
			names[i] = fmt.Sprintf("%06d-%03d", call, i)
			list[i] = event(user, names[i])
			if random.IntN(4) == 0 {
				list[i].Users = append(list[i].Users, fmt.Appendf(nil, "u%d", random.IntN(users)))
			}
		}
		within := 100_000 * unit
		if random.IntN(10) == 0 {
			within = time.Duration(random.IntN(60)) * unit
		}
		ctx, cancel := context.WithTimeout(t.Context(), within)
		d, err := r.Submit(ctx, delivery.Batch{To: shop, Events: list, Wait: true})
		require.NoError(t, err)
		all.Go(func() {
			defer cancel()
			results := d.Wait(ctx)
			mu.Lock()
			defer mu.Unlock()
			for i, name := range names {
				outcomes[name] = results[i]
			}
		})
		time.Sleep(time.Duration(1+random.IntN(2000)) * unit / 1000)
	}
	all.Wait()
	return outcomes
}

// requireNothingLost holds what was acknowledged against what was taken: whatever went wrong, what is acknowledged was taken once, or
// it is flagged; what is not was not taken, or it is flagged; and a user's records arrived in order.
func (r *rig) requireNothingLost(t *testing.T, outcomes map[string]delivery.Result) {
	t.Helper()
	require.Zero(t, r.Users())
	taken, order := map[string]int{}, map[string][]string{}
	for _, text := range r.stub.Records() {
		var record struct{ Identity, EvtName string }
		require.NoError(t, json.Unmarshal(text, &record))
		if taken[record.EvtName]++; taken[record.EvtName] == 1 {
			order[record.Identity] = append(order[record.Identity], record.EvtName)
		}
	}
	for name, result := range outcomes {
		switch {
		case result.PossiblyDelivered:
		case result.Outcome == delivery.Delivered:
			require.Equal(t, 1, taken[name], name)
		default:
			require.Zero(t, taken[name], name)
			require.NotNil(t, result.Err)
		}
		if result.Outcome == delivery.Delivered {
			require.Positive(t, taken[name], name)
		}
	}
	for user, names := range order {
		// A record that CleverTap itself put off (555) is sent again when those after it were taken: it asked for no more. And one
		// whose caller is gone, and whose request was given up, may arrive whenever it does.
		names = slices.DeleteFunc(names, func(name string) bool {
			return outcomes[name].Attempts > 1 || outcomes[name].Outcome == delivery.Undelivered
		})
		require.True(t, slices.IsSorted(names), "%s: %v", user, names)
	}
	require.LessOrEqual(t, r.stub.Peak("SHOP", clevertap.UploadPath), 3+1, "one may still be there that the client gave up on")
}

func TestNothingIsLostDoubledOrOvertaken(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxAttempts: 6}, func(t *testing.T, r *rig) {
				t.Helper()
				r.requireNothingLost(t, chaos(t, r, seed, 300, time.Second))
			})
		})
	}
}

// TestNothingIsLostOverRealSockets is the same with time and connections as they are.
func TestNothingIsLostOverRealSockets(t *testing.T) {
	t.Parallel()
	r := &rig{stub: clevertapstub.New(clevertapstub.Options{})}
	r.client = relayed(t, r.stub, "", delivery.Options{Timeout: 600 * time.Millisecond})
	sender, err := delivery.NewSender(r.client, delivery.SenderOptions{
		MaxAttempts: 6, RetryBase: 5 * time.Millisecond, BreakerPause: 50 * time.Millisecond, Cooldown: 300 * time.Millisecond,
	})
	require.NoError(t, err)
	r.Sender = sender
	outcomes := chaos(t, r, 7, 100, 10*time.Millisecond)
	require.NoError(t, sender.Stop(t.Context()))
	r.requireNothingLost(t, outcomes)
}
