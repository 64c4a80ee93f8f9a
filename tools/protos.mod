// The modules that ship the .proto files our contracts import. Nothing is built from them: `make protodeps`
// downloads them and copies the files into .protodeps/.
module github.com/rudder-clevertap/rudder-clevertap/tools/protos

go 1.26.0

require (
	github.com/bufbuild/protovalidate v1.2.2
	github.com/grpc-ecosystem/grpc-gateway v1.16.0
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.33.0
)
