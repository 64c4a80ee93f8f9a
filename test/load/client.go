package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// client sends a path's requests to one server, over connections that stay open from one run to the next.
type client struct {
	path   *path
	corpus *corpus
	grpc   []*grpc.ClientConn
	http   *http.Client
	url    string
	// answered is how many bytes the answers to all requests of the corpus have, once verify has had them.
	answered int
}

// newClient returns a client of a server. Nothing is sent yet.
func newClient(p *path, c *corpus, to *process) (*client, error) {
	cl := &client{path: p, corpus: c}
	if p.kind == post {
		addr := to.http
		if p.transformer {
			addr = to.transformer
		}
		cl.url = "http://" + addr + p.route
		// Compressing answers would cost more than all else, on both sides.
		cl.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: p.workers, DisableCompression: true}}
		return cl, nil
	}
	for range max(p.conns, 1) {
		conn, err := dial(to.grpc)
		if err != nil {
			return nil, errors.Join(err, cl.close())
		}
		cl.grpc = append(cl.grpc, conn)
	}
	return cl, nil
}

// dial returns a connection that sends and receives frames.
func dial(target string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	return grpc.NewClient(target, append([]grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallRecvMsgSize(maxMessage)),
	}, options...)...)
}

// close ends the connections.
func (c *client) close() (err error) {
	for _, conn := range c.grpc {
		err = errors.Join(err, conn.Close())
	}
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
	return err
}

// run keeps all workers busy for a while and returns how long each request took from its sending to its answer. The last
// requests are waited for.
func (c *client) run(ctx context.Context, lasting time.Duration) ([]time.Duration, error) {
	group, ctx := errgroup.WithContext(ctx)
	until := time.Now().Add(lasting)
	took := make([][]time.Duration, c.path.workers)
	for worker := range c.path.workers {
		group.Go(func() (err error) {
			took[worker], err = c.work(ctx, worker, until)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.path.name, err)
	}
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	return all, nil
}

// work is one worker of run.
func (c *client) work(ctx context.Context, worker int, until time.Time) ([]time.Duration, error) {
	// Each worker begins elsewhere, so that no two send the same at once.
	first := worker * len(c.corpus.requests) / c.path.workers
	if c.path.kind == streaming {
		return c.workStream(ctx, worker, first, until)
	}
	var took []time.Duration
	var buffer bytes.Buffer
	for i := first; ; i++ {
		began := time.Now()
		if began.After(until) {
			return took, nil
		}
		if err := c.call(ctx, worker, c.corpus.requests[i%len(c.corpus.requests)], &buffer); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
}

// call sends one request and reads its answer into a buffer; over gRPC, the buffer stays as it is.
func (c *client) call(ctx context.Context, worker int, text []byte, buffer *bytes.Buffer) error {
	if c.path.kind == post {
		return c.post(ctx, text, buffer)
	}
	var reply frame
	if err := c.conn(worker).Invoke(ctx, c.path.route, request(text), &reply); err != nil {
		return err
	}
	reply.data.Free()
	return nil
}

// post sends one HTTP request.
func (c *client) post(ctx context.Context, text []byte, buffer *bytes.Buffer) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	maps.Copy(req.Header, c.path.header)
	req.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	buffer.Reset()
	if _, err := buffer.ReadFrom(answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP status %s: %.300s", answer.Status, buffer.Bytes())
	}
	return nil
}

// conn returns the connection of a worker.
func (c *client) conn(worker int) *grpc.ClientConn { return c.grpc[worker%len(c.grpc)] }

// open opens a worker's stream.
func (c *client) open(ctx context.Context, worker int) (grpc.ClientStream, error) {
	return c.conn(worker).NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, c.path.route)
}

// workStream sends requests over one stream, and never has more than the window unanswered.
func (c *client) workStream(ctx context.Context, worker, first int, until time.Time) ([]time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := c.open(ctx, worker)
	if err != nil {
		return nil, err
	}
	// unanswered holds when each request was sent; its capacity, with the one that the reader waits for, is the window.
	unanswered := make(chan time.Time, c.path.window-1)
	sent := make(chan error, 1)
	go func() {
		err := c.send(ctx, s, first, until, unanswered)
		close(unanswered)
		sent <- err
	}()
	var took []time.Duration
	for began := range unanswered {
		var reply frame
		if err := s.RecvMsg(&reply); err != nil {
			return nil, err
		}
		reply.data.Free()
		took = append(took, time.Since(began))
	}
	if err := <-sent; err != nil {
		return nil, err
	}
	if err := s.RecvMsg(new(frame)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the stream did not end when it should: %w", err)
	}
	return took, nil
}

// send is the half of workStream that sends.
func (c *client) send(ctx context.Context, s grpc.ClientStream, first int, until time.Time, unanswered chan<- time.Time) error {
	text := c.corpus.opening
	for i := first; ; i++ {
		now := time.Now()
		if now.After(until) {
			return s.CloseSend()
		}
		if text == nil {
			text = c.corpus.requests[i%len(c.corpus.requests)]
		}
		select {
		case unanswered <- now:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.SendMsg(request(text)); err != nil {
			return err
		}
		text = nil
	}
}

// verify sends each request once and checks the answer.
func (c *client) verify(ctx context.Context) error {
	answer, end := c.answer, func() error { return nil }
	if c.path.kind == streaming {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		s, err := c.open(ctx, 0)
		if err != nil {
			return err
		}
		answer = func(_ context.Context, text []byte) ([]byte, error) { return exchange(s, text) }
		end = s.CloseSend
	}
	for i, text := range c.corpus.requests {
		if i == 0 && c.corpus.opening != nil {
			text = c.corpus.opening
		}
		reply, err := answer(ctx, text)
		if err == nil {
			c.answered += len(reply)
			err = c.path.check(reply, c.corpus.events)
		}
		if err != nil {
			return fmt.Errorf("%s, request %d: %w", c.path.name, i, err)
		}
	}
	return end()
}

// answer sends one request and returns the answer.
func (c *client) answer(ctx context.Context, text []byte) ([]byte, error) {
	if c.path.kind == post {
		var buffer bytes.Buffer
		err := c.post(ctx, text, &buffer)
		return buffer.Bytes(), err
	}
	var reply frame
	if err := c.conn(0).Invoke(ctx, c.path.route, request(text), &reply); err != nil {
		return nil, err
	}
	defer reply.data.Free()
	return reply.data.Materialize(), nil
}

// exchange sends one message of a stream and returns the answer.
func exchange(s grpc.ClientStream, text []byte) ([]byte, error) {
	if err := s.SendMsg(request(text)); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var reply frame
	if err := s.RecvMsg(&reply); err != nil {
		return nil, err
	}
	defer reply.data.Free()
	return reply.data.Materialize(), nil
}
