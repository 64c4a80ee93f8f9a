// Package contract reads the API's own descriptors: its services, their calls, and the JSON form of their
// messages. Lists of these are made from here, so that adding an RPC is proto, generate, implement, register.
package contract

import (
	"iter"
	"net/http"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// Methods visits the calls of all services of the contract, in no promised order.
func Methods() iter.Seq[protoreflect.MethodDescriptor] {
	files := transformerv1.File_transformer_v1_transform_service_proto.Package()
	return func(yield func(protoreflect.MethodDescriptor) bool) {
		protoregistry.GlobalFiles.RangeFilesByPackage(files, func(file protoreflect.FileDescriptor) bool {
			for i := range file.Services().Len() {
				methods := file.Services().Get(i).Methods()
				for j := range methods.Len() {
					if !yield(methods.Get(j)) {
						return false
					}
				}
			}
			return true
		})
	}
}

// Name returns a call's name as telemetry's rpc.method has it: `transformer.v1.TransformService/Transform`.
func Name(method protoreflect.MethodDescriptor) string {
	return string(method.Parent().FullName()) + "/" + string(method.Name())
}

// REST returns the HTTP method and the path of a call, or nothing when REST does not have it.
func REST(method protoreflect.MethodDescriptor) (httpMethod, path string) {
	rule, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
	switch pattern := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, pattern.Get
	case *annotations.HttpRule_Put:
		return http.MethodPut, pattern.Put
	case *annotations.HttpRule_Post:
		return http.MethodPost, pattern.Post
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, pattern.Delete
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, pattern.Patch
	default:
		return "", ""
	}
}

// JSONKey returns the key of a field in REST's JSON. A field of bytes that holds JSON, `event_json`, stands
// there in place of the typed field beside it, `event`, and has its key; verbatim tells so.
func JSONKey(field protoreflect.FieldDescriptor) (key string, verbatim bool) {
	name, found := strings.CutSuffix(string(field.Name()), "_json")
	if found && field.Kind() == protoreflect.BytesKind {
		if typed := field.ContainingMessage().Fields().ByName(protoreflect.Name(name)); typed != nil {
			return typed.JSONName(), true
		}
	}
	return field.JSONName(), false
}

// IsRequired reports whether one field of a choice must be given.
func IsRequired(choice protoreflect.OneofDescriptor) bool {
	rules, _ := proto.GetExtension(choice.Options(), validate.E_Oneof).(*validate.OneofRules)
	return rules.GetRequired()
}
