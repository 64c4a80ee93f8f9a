package main

import (
	"net/http"
	"slices"
	"strings"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// batchSize is how many events a batch has, unless that is what is measured.
const batchSize = 100

// kind is how a path's requests travel.
type kind int

const (
	unary     kind = iota // gRPC calls
	streaming             // messages of gRPC streams
	post                  // HTTP requests
)

// path is one way to have events transformed, and what it is held against.
type path struct {
	// name is what people call it, key what the command line does.
	name, key string
	// ceiling is the echo server that it is held against.
	ceiling string
	// zeroCopy is a second one, that never copies a message, as no server can that does anything with it; empty when there is none.
	zeroCopy string
	kind     kind
	// route is the gRPC method or the HTTP path.
	route string
	// header is what HTTP requests have besides their content type.
	header http.Header
	// transformer says that the route is one of rudder-transformer's.
	transformer bool
	// batch is how many events a request has.
	batch int
	// workers is how many clients there are at once, and window how many messages of each are unanswered at most.
	workers, window int
	// conns is how many gRPC connections the workers share; 1 unless given.
	conns int
	// target is the least ratio, 0 when none is set.
	target float64
	corpus func(events [][]byte, batch int) (*corpus, error)
	check  func(reply []byte, events int) error
}

// paths returns all paths.
func paths() []path {
	return slices.Concat(grpcPaths(), httpPaths())
}

// grpcPaths returns the paths over gRPC.
func grpcPaths() []path {
	const (
		single  = transformerv1.TransformService_Transform_FullMethodName
		batch   = transformerv1.TransformService_BatchTransform_FullMethodName
		streams = transformerv1.TransformService_StreamTransform_FullMethodName
	)
	return []path{
		{name: "gRPC unary, JSON", key: "grpc-unary-json", ceiling: echoRaw, zeroCopy: echoRawZero, kind: unary, route: single, batch: 1,
			workers: 8, target: 0.70, corpus: singleJSON, check: checkSingle},
		{name: "gRPC unary, typed", key: "grpc-unary-typed", ceiling: echoTyped, kind: unary, route: single, batch: 1,
			workers: 8, corpus: singleTyped, check: checkSingle},
		{name: "gRPC stream of single events, JSON", key: "grpc-stream-json", ceiling: echoRaw, zeroCopy: echoRawZero, kind: streaming, route: streams, batch: 1,
			workers: 4, window: 16, target: 0.60, corpus: streamJSON, check: checkMessage},
		{name: "gRPC stream of single events, typed", key: "grpc-stream-typed", ceiling: echoTyped, kind: streaming, route: streams, batch: 1,
			workers: 4, window: 16, corpus: streamTyped, check: checkMessage},
		{name: "gRPC batch of 100, JSON", key: "grpc-batch-json", ceiling: echoRaw, zeroCopy: echoRawZero, kind: unary, route: batch, batch: batchSize,
			workers: 4, target: 0.40, corpus: batchJSON, check: checkBatch},
		{name: "gRPC batch of 100, typed", key: "grpc-batch-typed", ceiling: echoTyped, kind: unary, route: batch, batch: batchSize,
			workers: 4, target: 4, corpus: batchTyped, check: checkBatch},
		{name: "gRPC stream of batches, JSON", key: "grpc-streambatch-json", ceiling: echoRaw, zeroCopy: echoRawZero, kind: streaming, route: streams, batch: batchSize,
			workers: 2, window: 4, target: 0.35, corpus: streamJSON, check: checkMessage},
		{name: "gRPC stream of batches, typed", key: "grpc-streambatch-typed", ceiling: echoTyped, kind: streaming, route: streams, batch: batchSize,
			workers: 2, window: 4, target: 4, corpus: streamTyped, check: checkMessage},
	}
}

// httpPaths returns the paths over HTTP.
func httpPaths() []path {
	return []path{
		{name: "REST single", key: "rest-single", ceiling: echoHTTP, zeroCopy: echoHTTPZero, kind: post, route: "/v1/transform", batch: 1,
			workers: 8, target: 0.40, corpus: restSingle, check: checkREST},
		{name: "REST batch of 100", key: "rest-batch", ceiling: echoHTTP, zeroCopy: echoHTTPZero, kind: post, route: "/v1/transform:batch", batch: batchSize,
			workers: 4, target: 0.25, corpus: restBatch, check: checkREST},
		{name: "rudder-transformer processor, single", key: "transformer-single", ceiling: echoHTTP, zeroCopy: echoHTTPZero, kind: post,
			route: "/v0/destinations/clevertap", transformer: true, batch: 1,
			workers: 8, target: 0.20, corpus: processor, check: checkProcessor},
		{name: "rudder-transformer processor, batch of 100", key: "transformer-processor", ceiling: echoHTTP, zeroCopy: echoHTTPZero, kind: post,
			route: "/v0/destinations/clevertap", transformer: true, batch: batchSize,
			workers: 4, target: 0.20, corpus: processor, check: checkProcessor},
		{name: "rudder-transformer processor, compacted", key: "transformer-compacted", ceiling: echoHTTP, zeroCopy: echoHTTPZero, kind: post,
			route: "/v0/destinations/clevertap", header: http.Header{"X-Content-Format": {"json+compactedv1"}}, transformer: true, batch: batchSize,
			workers: 4, target: 0.20, corpus: compacted, check: checkProcessor},
		{name: "rudder-transformer router, batch of 100", key: "transformer-router", ceiling: echoHTTP, zeroCopy: echoHTTPZero, kind: post,
			route: "/routerTransform", transformer: true, batch: batchSize,
			workers: 4, target: 0.20, corpus: router, check: checkRouter},
	}
}

// wanted reports whether names ask for a key: by the key or its beginning, or by naming nothing.
func wanted(key string, names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(key, name) })
}
