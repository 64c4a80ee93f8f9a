package delivery_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// ids returns so many ids.
func ids(prefix string, count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return list
}

func TestUsersAreDeletedByTheHundred(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		results, err := r.DeleteUsers(t.Context(), shop, delivery.Users{Identities: ids("u", 201), ObjectIDs: []string{`d"1`}})
		require.NoError(t, err)
		require.Len(t, results, 202)
		requireDelivered(t, results)
		require.Len(t, r.stub.Calls(), 4)
		require.Equal(t, `{"identity":["u200"]}`, string(r.stub.Calls()[2].Body))
		require.Equal(t, `{"guid":["d\"1"]}`, string(r.stub.Calls()[3].Body))
	})
}

func TestOneDeletionOfAnAccountAtATime(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		var all sync.WaitGroup
		for range 8 {
			r.stub.Fail(clevertapstub.Fault{Delay: time.Second})
			all.Go(func() {
				results, err := r.DeleteUsers(t.Context(), shop, delivery.Users{Identities: ids("u", 150)})
				require.NoError(t, err)
				requireDelivered(t, results)
			})
		}
		all.Wait()
		require.Equal(t, 1, r.stub.Peak("SHOP", clevertap.DeletePath))
	})
}

func TestADeletionThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    clevertapstub.Fault
		attempts int
		reason   delivery.Reason
	}{
		"unavailable, once":    {clevertapstub.Fault{Status: 503}, 2, ""},
		"too many, once":       {clevertapstub.Fault{Status: 429}, 2, ""},
		"cut off, once":        {clevertapstub.Fault{Reset: true}, 2, ""},
		"a page, once":         {clevertapstub.Fault{Status: 200, Body: "<html>"}, 2, ""},
		"credentials":          {clevertapstub.Fault{Status: 401}, 1, delivery.ReasonCredentials},
		"credentials, in 200":  {clevertapstub.Fault{Status: 200, Body: `{"status":"fail","error":"No","code":401}`}, 1, delivery.ReasonCredentials},
		"what it does not say": {clevertapstub.Fault{Status: 404}, 1, delivery.ReasonRefused},
	} {
		t.Run(name, func(t *testing.T) {
			withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
				t.Helper()
				r.stub.Fail(c.fault)
				results, err := r.DeleteUsers(t.Context(), shop, delivery.Users{Identities: ids("u", 1)})
				require.NoError(t, err)
				require.Equal(t, c.attempts, results[0].Attempts)
				if c.reason == "" {
					requireDelivered(t, results)
					return
				}
				require.Equal(t, c.reason, results[0].Err.Reason)
				require.Equal(t, c.reason != delivery.ReasonRefused, results[0].Retryable)
			})
		})
	}
}

func TestAnIDThatSpoilsADeletionIsFound(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Refuse(func(body []byte) int {
			if strings.Contains(string(body), `"u7"`) {
				return 400
			}
			return 0
		})
		results, err := r.DeleteUsers(t.Context(), shop, delivery.Users{Identities: ids("u", 20)})
		require.NoError(t, err)
		for i, result := range results {
			require.Equal(t, i == 7, result.Outcome == delivery.Refused, i)
			require.Equal(t, i != 7, result.Outcome == delivery.Delivered, i)
		}
		require.Len(t, r.stub.Deleted(), 19)
	})
}

func TestADeletionEndsWithItsCaller(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Delay: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		results, err := r.DeleteUsers(ctx, shop, delivery.Users{Identities: ids("u", 300)})
		require.NoError(t, err)
		for _, result := range results {
			require.Equal(t, delivery.Undelivered, result.Outcome)
			require.Equal(t, delivery.ReasonCutShort, result.Err.Reason)
			require.True(t, result.Retryable)
		}
	})
}

func TestAConnectionIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  clevertapstub.Fault
		reason delivery.Reason
	}{
		"it fits":                 {clevertapstub.Fault{}, ""},
		"not known":               {clevertapstub.Fault{Status: 401, Body: `{"status":"fail","error":"Invalid Credentials","code":401}`}, delivery.ReasonCredentials},
		"not known, as Europe is": {clevertapstub.Fault{Status: 400, Body: `{"status":"fail","error":"Failed to process request","code":400}`}, delivery.ReasonCredentials},
		"overloaded":              {clevertapstub.Fault{Status: 429}, delivery.ReasonOverloaded},
		"unavailable":             {clevertapstub.Fault{Status: 503}, delivery.ReasonUnreachable},
		"cut off":                 {clevertapstub.Fault{Reset: true}, delivery.ReasonUnreachable},
		"a page":                  {clevertapstub.Fault{Status: 200, Body: "<html>"}, delivery.ReasonUnreachable},
		"no such path":            {clevertapstub.Fault{Status: 404}, delivery.ReasonRefused},
		"too slow":                {clevertapstub.Fault{Delay: time.Hour}, delivery.ReasonCutShort},
	} {
		t.Run(name, func(t *testing.T) {
			withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
				t.Helper()
				r.stub.Fail(c.fault)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				err := r.Check(ctx, shop)
				if c.reason == "" {
					require.Nil(t, err)
					require.Equal(t, "GET "+clevertap.ConnectPath+" partner=rudder-clevertap", r.stub.Calls()[0].Method+" "+r.stub.Calls()[0].Path+" "+r.stub.Calls()[0].Query)
					return
				}
				require.NotNil(t, err)
				require.Equal(t, c.reason, err.Reason)
				require.NotContains(t, err.Error(), secret)
			})
		})
	}
}
