package budget

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const mib = 1 << 20

func TestALeaseHoldsWhatItAsksForUntilItIsReleased(t *testing.T) {
	t.Parallel()
	b := New(4 * mib)
	b.maxWait = time.Millisecond
	first, second := b.Lease(), b.Lease()
	require.NoError(t, first.Reserve(t.Context(), mib))
	require.NoError(t, first.Reserve(t.Context(), 3*mib), "it holds 1 MiB, and needs 2 more")
	require.NoError(t, first.Reserve(t.Context(), 2*mib), "it holds more")
	require.ErrorIs(t, second.Reserve(t.Context(), 2*mib), ErrFull)
	require.NoError(t, second.Reserve(t.Context(), mib))
	first.Shrink(3 * mib)
	first.Shrink(2 * mib)
	require.NoError(t, second.Reserve(t.Context(), 2*mib))
	first.Release()
	first.Release()
	require.NoError(t, second.Reserve(t.Context(), 4*mib))
	require.ErrorIs(t, second.Reserve(t.Context(), 4*mib+1), ErrNever)
	second.Release()
}

func TestWhatIsSmallCostsNothing(t *testing.T) {
	t.Parallel()
	b := New(1)
	lease := b.Lease()
	require.NoError(t, lease.Reserve(t.Context(), Small))
	require.ErrorIs(t, lease.Reserve(t.Context(), Small+1), ErrNever)
}

func TestNoBudgetIsWithoutBounds(t *testing.T) {
	t.Parallel()
	lease := New(0).Lease()
	require.NoError(t, lease.Reserve(t.Context(), 1<<60))
	lease.Release()
}

func TestWhoeverNeedsMemoryWaitsForIt(t *testing.T) {
	t.Parallel()
	b := New(mib)
	first := b.Lease()
	require.NoError(t, first.Reserve(t.Context(), mib))
	got := make(chan error)
	go func() {
		second := b.Lease()
		defer second.Release()
		got <- second.Reserve(context.Background(), mib)
	}()
	select {
	case err := <-got:
		require.Fail(t, "it did not wait", "%v", err)
	case <-time.After(10 * time.Millisecond):
	}
	first.Release()
	require.NoError(t, <-got)
}

func TestWhoeverLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	b := New(mib)
	first, second := b.Lease(), b.Lease()
	require.NoError(t, first.Reserve(t.Context(), mib))
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	require.ErrorIs(t, second.Reserve(ctx, mib), gone)
}

func TestReservingAllocatesNothing(t *testing.T) {
	b := New(mib)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		lease := b.Lease()
		_ = lease.Reserve(context.Background(), mib/2)
		lease.Release()
	}))
}
