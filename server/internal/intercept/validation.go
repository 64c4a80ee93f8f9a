package intercept

import (
	"errors"
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// validator checks request messages against the rules of the contract.
type validator struct {
	rules   protovalidate.Validator
	options []protovalidate.ValidationOption
}

// newValidator compiles the rules of all requests.
func newValidator() (*validator, error) {
	var requests []protoreflect.MessageDescriptor
	for method := range contract.Methods() {
		requests = append(requests, method.Input())
	}
	rules, err := protovalidate.New(protovalidate.WithMessageDescriptors(requests...))
	if err != nil {
		return nil, fmt.Errorf("compile the contract's rules: %w", err)
	}
	filter := protovalidate.WithFilter(protovalidate.FilterFunc(skipEvents))
	return &validator{rules: rules, options: []protovalidate.ValidationOption{filter}}, nil
}

// skipEvents keeps validation out of the events of a batch: the contract has no rules for them, and walking
// 2,000 of them to find that out takes longer than transforming them.
func skipEvents(_ protoreflect.Message, descriptor protoreflect.Descriptor) bool {
	field, ok := descriptor.(protoreflect.FieldDescriptor)
	if !ok || field.Message() == nil {
		return true
	}
	return field.Message() != (*rudderstackv1.Event)(nil).ProtoReflect().Descriptor()
}

// check returns what a request breaks, or nil.
func (v *validator) check(request any) error {
	if events, ok := request.(*wire.Request); ok {
		if events.Sound() {
			return nil
		}
		request = events.Outline()
	}
	message, ok := request.(proto.Message)
	if !ok {
		return nil
	}
	err := v.rules.Validate(message, v.options...)
	if err == nil {
		return nil
	}
	if invalid, ok := errors.AsType[*protovalidate.ValidationError](err); ok {
		return invalidRequest(message, invalid.Violations)
	}
	return fmt.Errorf("validate: %w", err)
}

// invalidRequest says which rules a request breaks.
func invalidRequest(request proto.Message, found []*protovalidate.Violation) error {
	invalid := &apierr.Error{Reason: apierr.InvalidRequest}
	for _, v := range found {
		field, message := describe(request, v)
		invalid.Violations = append(invalid.Violations, apierr.Violation{Field: field, Message: message})
	}
	return invalid
}

// describe returns the field that a violation is about and what is wrong with it. Of a choice that was not
// made, it names what there is to choose from.
func describe(request proto.Message, v *protovalidate.Violation) (field, message string) {
	field, message = protovalidate.FieldPathString(v.Proto.GetField()), v.Proto.GetMessage()
	choice := request.ProtoReflect().Descriptor().Oneofs().ByName(protoreflect.Name(field))
	if choice == nil {
		if known := request.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field)); known != nil {
			field = known.JSONName()
		}
		return field, message
	}
	var names []string
	for i := range choice.Fields().Len() {
		if key, verbatim := contract.JSONKey(choice.Fields().Get(i)); !verbatim {
			names = append(names, key)
		}
	}
	return names[0], "is missing: give " + strings.Join(names, " or ")
}

// validation checks each request message against the rules of the contract. A stream's handler gets an
// *apierr.Error from RecvMsg, with the message, and may go on receiving.
func (c *Chain) validation() interceptor {
	return interceptor{
		name:  "validation",
		check: c.validator.check,
		stream: func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			return handler(srv, &validStream{ServerStream: ss, validator: c.validator})
		},
	}
}

// validStream validates what it receives.
type validStream struct {
	grpc.ServerStream
	validator *validator
}

// RecvMsg receives a message and validates it.
func (v *validStream) RecvMsg(m any) error {
	if err := v.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return v.validator.check(m)
}
