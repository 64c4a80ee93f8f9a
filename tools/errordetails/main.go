// Command errordetails prints google/rpc/error_details.proto as the server has it, from the descriptor that Go
// programs are built with. The file that Go modules ship, grpc-gateway's first version say, is of 2017 and lacks
// ErrorInfo.
package main

import (
	"fmt"
	"os"

	"github.com/jhump/protoreflect/v2/protoprint"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
)

func main() {
	printer := protoprint.Printer{}
	if err := printer.PrintProtoFile(errdetails.File_google_rpc_error_details_proto, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
