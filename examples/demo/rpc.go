package main

import (
	"bytes"
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// rpcClient calls the gRPC API.
type rpcClient struct {
	connection *grpc.ClientConn
	transformerv1.TransformServiceClient
}

// dial connects to the server.
func dial(address string) (*rpcClient, error) {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	return &rpcClient{connection, transformerv1.NewTransformServiceClient(connection)}, nil
}

// close ends the connection.
func (c *rpcClient) close() error { return c.connection.Close() }

// bodies transforms events in one message of a stream and returns the bodies to send to CleverTap.
func (c *rpcClient) bodies(ctx context.Context, events [][]byte, destination []byte) ([][]byte, error) {
	stream, err := c.StreamTransform(ctx)
	if err != nil {
		return nil, err
	}
	err = stream.Send(&transformerv1.StreamTransformRequest{
		Sequence:   1,
		EventsJson: events,
		Target:     &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: destination},
	})
	if err != nil {
		return nil, err
	}
	if err := stream.CloseSend(); err != nil {
		return nil, err
	}
	answer, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	if answer.GetError() != nil {
		return nil, fmt.Errorf("the message failed: %s", answer.GetError().GetMessage())
	}
	var bodies [][]byte
	for _, upload := range answer.GetUploads() {
		bodies = append(bodies, upload.GetPayloadJson())
	}
	return bodies, nil
}

// same fails unless REST and gRPC gave the same bodies.
func same(rest *batchAnswer, rpc [][]byte) error {
	if len(rest.Uploads) != len(rpc) {
		return fmt.Errorf("REST gave %d uploads, gRPC %d", len(rest.Uploads), len(rpc))
	}
	for i, upload := range rest.Uploads {
		if !bytes.Equal(upload.Payload, rpc[i]) {
			return fmt.Errorf("upload %d differs:\nREST %s\ngRPC %s", i, upload.Payload, rpc[i])
		}
	}
	return nil
}
