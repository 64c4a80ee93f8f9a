package hostile

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// client is the well-behaved client beside the hostile ones: it makes a call of each kind again and again, and none may fail.
type client struct {
	stop context.CancelFunc
	done sync.WaitGroup

	made     int
	slowest  time.Duration
	failures []string
}

// goBeside starts the client.
func goBeside(p *program) *client {
	ctx, stop := context.WithCancel(context.Background())
	c := &client{stop: stop}
	conn, err := grpc.NewClient(p.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		c.failures = append(c.failures, err.Error())
		return c
	}
	calls := []func(context.Context) error{
		postGood(p.REST, transformRoute, transformRoute.around(settings, good)),
		postGood(p.DropIn, processorRoute, processorRoute.around(settings, good)),
		postGood(p.DropIn, routerRoute, routerRoute.around(settings, good)),
		func(ctx context.Context) error { return batchGood(ctx, conn) },
	}
	c.done.Go(func() {
		defer conn.Close()
		for ctx.Err() == nil && p.alive() {
			for _, call := range calls {
				c.call(p, call)
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	return c
}

// call makes one call.
func (c *client) call(p *program, call func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience()/2)
	defer cancel()
	began := time.Now()
	err := call(ctx)
	c.made++
	c.slowest = max(c.slowest, time.Since(began))
	if err != nil && p.alive() && len(c.failures) < 10 {
		c.failures = append(c.failures, err.Error())
	}
}

// end stops the client and returns what failed.
func (c *client) end() []string {
	c.stop()
	c.done.Wait()
	return c.failures
}

// postGood is a call over HTTP that must succeed.
func postGood(address string, to route, body string) func(context.Context) error {
	return func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+to.path, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err == nil && (response.StatusCode != http.StatusOK || !strings.Contains(string(text), "well-behaved")) {
			err = fmt.Errorf("%s: %d %.200s", to.path, response.StatusCode, text)
		}
		return err
	}
}

// batchGood is a call over gRPC that must succeed.
func batchGood(ctx context.Context, conn *grpc.ClientConn) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	got, err := transformerv1.NewTransformServiceClient(conn).BatchTransform(ctx, &transformerv1.BatchTransformRequest{
		EventsJson: [][]byte{[]byte(good), []byte(good)}, Target: &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: []byte(settings)},
	})
	if err == nil && len(got.GetUploads()) != 1 {
		err = fmt.Errorf("BatchTransform: %d uploads", len(got.GetUploads()))
	}
	return err
}
