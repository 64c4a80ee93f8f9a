package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// exchange is an upload of somebody who answers for CleverTap, for an account.
func exchange(account, name string) delivery.Request {
	return delivery.Request{
		Method: http.MethodPost, Endpoint: "https://" + shop.Host + clevertap.UploadPath,
		Headers: []delivery.Header{{Name: "x-clevertap-account-id", Value: account}, {Name: clevertap.PasscodeHeader, Value: secret}},
		Body:    fmt.Appendf(nil, `{"d":[{"type":"event","identity":"u","evtName":%q,"evtData":{}}]}`, name),
	}
}

func TestAnExchangeIsMadeOnceAndRepliedAsItIs(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		for _, status := range []int{200, 401, 429, 503} {
			r.stub.Fail(clevertapstub.Fault{Status: status, Body: "words"})
			reply, err := r.Exchange(t.Context(), exchange("SHOP", "E"))
			require.NoError(t, err)
			require.Equal(t, status, reply.Status)
			require.Equal(t, "words", string(reply.Body))
		}
		r.stub.Fail(clevertapstub.Fault{Reset: true})
		_, err := r.Exchange(t.Context(), exchange("SHOP", "E"))
		require.ErrorAs(t, err, new(*delivery.ConnectionError))
		require.Len(t, r.stub.Calls(), 5, "nothing is sent again")
		elsewhere := exchange("SHOP", "E")
		elsewhere.Endpoint = "mailto:x"
		_, err = r.Exchange(t.Context(), elsewhere)
		require.ErrorAs(t, err, new(*delivery.RefusedError))
	})
}

func TestExchangesAndUploadsShareTheAccountsSlots(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.FailBy(func() clevertapstub.Fault { return clevertapstub.Fault{Delay: time.Second} })
		var all sync.WaitGroup
		started := time.Now()
		for i := range 12 {
			all.Go(func() {
				_, err := r.Exchange(t.Context(), exchange("SHOP", fmt.Sprintf("X%d", i)))
				require.NoError(t, err)
			})
			all.Go(func() { requireDelivered(t, r.deliver(t, time.Hour, event(fmt.Sprintf("u%d", i), "E"))) })
			all.Go(func() {
				_, err := r.Exchange(t.Context(), exchange("OTHER", "X"))
				require.NoError(t, err)
			})
		}
		all.Wait()
		require.Equal(t, clevertap.SafeConcurrentUploads, r.stub.Peak("SHOP", clevertap.UploadPath))
		require.Equal(t, clevertap.SafeConcurrentUploads, r.stub.Peak("OTHER", clevertap.UploadPath))
		require.Less(t, time.Since(started), 7*time.Second, "12 exchanges and an upload or two, three at a time")
	})
}

func TestUploadsGetEverySecondSlotHoweverManyExchangesWait(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 1}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.FailBy(func() clevertapstub.Fault { return clevertapstub.Fault{Delay: time.Second} })
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { _, _ = r.Exchange(ctx, exchange("SHOP", "X")) })
		}
		synctest.Wait()
		started := time.Now()
		requireDelivered(t, r.deliver(t, time.Hour, event("u", "E")))
		require.Less(t, time.Since(started), 4*time.Second)
		cancel()
		all.Wait()
		reply, err := r.Exchange(t.Context(), exchange("SHOP", "last"))
		require.NoError(t, err, "those who left took no slot along")
		require.Equal(t, http.StatusOK, reply.Status)
	})
}

func TestTooManyExchangesLowerTheLimitToo(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 4}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Status: http.StatusTooManyRequests})
		_, err := r.Exchange(t.Context(), exchange("SHOP", "X"))
		require.NoError(t, err)
		r.stub.FailBy(func() clevertapstub.Fault { return clevertapstub.Fault{Delay: time.Second} })
		r.stub.ForgetPeaks()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { _, _ = r.Exchange(t.Context(), exchange("SHOP", "X")) })
		}
		all.Wait()
		require.Equal(t, 2, r.stub.Peak("SHOP", clevertap.UploadPath))
	})
}

func TestAStopEndsWhatIsExchanged(t *testing.T) {
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{MaxUploads: 1}, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.FailBy(func() clevertapstub.Fault { return clevertapstub.Fault{Delay: time.Minute} })
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				_, err := r.Exchange(t.Context(), exchange("SHOP", "X"))
				require.ErrorIs(t, err, delivery.ErrStopping)
			})
		}
		all.Go(func() { require.ErrorIs(t, r.DeleteProfiles(t.Context(), deletion("SHOP", 1)), delivery.ErrStopping) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, r.Stop(ctx))
		all.Wait()
		_, err := r.Exchange(t.Context(), exchange("SHOP", "X"))
		require.ErrorIs(t, err, delivery.ErrStopping)
		require.ErrorIs(t, r.DeleteProfiles(t.Context(), deletion("SHOP", 1)), delivery.ErrStopping)
	})
}
